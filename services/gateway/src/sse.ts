import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { toApiError } from './errors.ts';

/** Comment lines while nothing happens, so that proxies and clients see the connection live. */
const beatMs = 15_000;
/** A client that takes nothing for so long is cut off. */
const stalledMs = 60_000;

/** Aborted when the client goes away before the answer is complete. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

export interface ServerSentEvent {
  event?: string;
  id?: string;
  data: string;
}

export function formatEvent({ event, id, data }: ServerSentEvent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`).join('');
  return `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}${lines}\n`;
}

/**
 * Answers with server-sent events. The first event is awaited before anything is sent, so that an
 * error before it still has its own status; a later one becomes an event `{error}`, as OpenAI does it.
 */
export async function sendEvents(reply: FastifyReply, events: AsyncIterator<ServerSentEvent>): Promise<FastifyReply> {
  const first = await events.next();
  reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache, no-transform')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(write(reply, first, events), { objectMode: false, highWaterMark: 16_384 }));
}

async function* write(reply: FastifyReply, first: IteratorResult<ServerSentEvent>, events: AsyncIterator<ServerSentEvent>): AsyncGenerator<string, void, undefined> {
  try {
    let next: Promise<IteratorResult<ServerSentEvent>> | undefined;
    for (let result: IteratorResult<ServerSentEvent> | undefined = first; result?.done !== true;) {
      if (result !== undefined) {
        yield formatEvent(result.value);
        next = undefined;
      }
      next ??= events.next();
      result = await orBeat(next);
      if (result === undefined) yield ': beat\n\n';
    }
  } catch (error) {
    const { error: body } = toApiError(error);
    reply.log.warn({ err: error }, 'stream broken off');
    yield formatEvent({ data: JSON.stringify({ error: body }) });
  } finally {
    await events.return?.();
  }
}

/** The result, or undefined after a while without one. */
async function orBeat<T>(next: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), beatMs);
  try {
    return await Promise.race([next, promise]);
  } finally {
    clearTimeout(timer);
  }
}
