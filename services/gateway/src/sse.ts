import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { toApiError } from './errors.ts';

/** Comment lines while nothing happens, so that proxies and clients see the connection live. */
const beatMs = 15_000;

/** Aborted when the client goes away before the answer is complete. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  // Perhaps while its model was looked up.
  if (reply.raw.destroyed) controller.abort();
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
 * error before it still has its own status, but not for longer than proxies wait; a later one becomes an
 * event `{error}`, as OpenAI does it.
 */
export async function sendEvents(reply: FastifyReply, events: AsyncIterator<ServerSentEvent>): Promise<FastifyReply> {
  const first = events.next();
  const patience = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => patience.resolve(true), beatMs);
  const isLate = await Promise.race([first.then(() => false), patience.promise]).finally(() => clearTimeout(timer));
  return reply
    .header('content-type', 'text/event-stream; charset=utf-8')
    .header('cache-control', 'no-cache, no-transform')
    .header('x-accel-buffering', 'no')
    .send(new EventBody(first, events, reply, isLate));
}

/** The events as they come, for as long as somebody reads them. */
class EventBody extends Readable {
  readonly #events: AsyncIterator<ServerSentEvent>;
  readonly #reply: FastifyReply;
  readonly #beat: NodeJS.Timeout;
  #next: Promise<IteratorResult<ServerSentEvent>> | undefined;
  #pumping = false;
  /** Whether more is asked for than was pushed. */
  #wanted = true;
  /** Said in this turn of the event loop. */
  #text = '';

  constructor(first: Promise<IteratorResult<ServerSentEvent>>, events: AsyncIterator<ServerSentEvent>, reply: FastifyReply, isLate: boolean) {
    super({ highWaterMark: 16_384 });
    this.#next = first;
    this.#events = events;
    this.#reply = reply;
    const beat = (): void => this.#say(': beat\n\n');
    this.#beat = setInterval(beat, beatMs);
    if (isLate) beat();
  }

  override _read(): void {
    this.#wanted = true;
    if (!this.#pumping) void this.#pump();
  }

  /** Until the events are over, or nobody takes them for now. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (!this.destroyed && this.#wanted && this.#text.length < this.readableHighWaterMark) {
        const { done, value } = await (this.#next ?? this.#events.next());
        this.#next = undefined;
        if (this.destroyed) return;
        if (done === true) return this.#end();
        this.#beat.refresh();
        this.#say(formatEvent(value));
      }
    } catch (error) {
      // The client is gone, and nobody else is told that its answer was cancelled.
      if (this.destroyed) return;
      this.#reply.log.warn({ err: error }, 'stream broken off');
      this.#say(formatEvent({ data: JSON.stringify({ error: toApiError(error).error }) }));
      this.#end();
    } finally {
      this.#pumping = false;
    }
  }

  /** Events that come together leave together: each write wakes a client. */
  #say(text: string): void {
    if (this.#text === '') setImmediate(() => this.#flush());
    this.#text += text;
  }

  #flush(): void {
    const text = this.#text;
    this.#text = '';
    if (text !== '' && !this.destroyed) this.#wanted = this.push(text);
  }

  /** The last events and the end leave in one write too, where the client has taken what came before: the response uncorks its socket when it ends. */
  #end(): void {
    clearInterval(this.#beat);
    if (this.readableFlowing === true && this.readableLength === 0) this.#reply.raw.socket?.cork();
    this.#flush();
    this.push(null);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#beat);
    void Promise.resolve(this.#events.return?.()).catch((failure: unknown) => this.#reply.log.warn({ err: failure }, 'stream broken off'));
    done(error);
  }
}
