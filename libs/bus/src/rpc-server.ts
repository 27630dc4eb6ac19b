import { setTimeout as delay } from 'node:timers/promises';
import { WireError, decode, encode, errorToWire, type Init } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { withSpan, type Logger, type ServiceMetrics } from '@minchat/telemetry';
import type { Msg, NatsConnection, NatsError } from 'nats';
import { cancelSubject, headerNames, headersOf, traceOf } from './headers.ts';
import { Outbox, unlessEnded } from './outbox.ts';
import type { StreamDef, UnaryDef } from './rpc-table.ts';
import type { HandlerContext, Serving } from './types.ts';

/** How often a stream's server asks whether its client is still there. */
const pingMs = 2000;

/** What a stream sends before it waits until its client has read it: a slow reader would have to keep all of it. */
const windowBytes = 2 ** 22;

/** How often a client that has not read it yet is asked again. */
const takenMs = 5000;

/** How long handlers have to end after their signal aborted. */
const abortedMs = 3000;

export interface ServerDeps {
  nats: NatsConnection;
  log: Logger;
  metrics: ServiceMetrics | undefined;
  /** Aborts when the bus closes. */
  closing: AbortSignal;
}

type Answer = (message: Msg, signal: AbortSignal) => Promise<void>;

/** Subscribes as one of the instances of a service and answers each request on its own. */
function listen({ nats, log, metrics, closing }: ServerDeps, subject: string, answer: Answer): Serving {
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const ending = AbortSignal.any([stopping.signal, closing]);
  const subscription = nats.subscribe(subject, {
    queue: 'services',
    callback: (failure, message) => {
      if (failure) return log.error({ err: failure, subject }, 'a subscription failed');
      const began = performance.now();
      const work = withSpan(subject, { kind: 'server', from: traceOf(message.headers) }, () => answer(message, ending))
        .then(
          () => 'ok',
          (error: unknown) => {
            const known = toMinchatError(error);
            log[known.code === 'MC_INTERNAL' ? 'error' : 'info']({ err: error, subject }, 'a request failed');
            respondError(nats, message, known);
            return known.code;
          },
        )
        .then((code) => metrics?.rpcSeconds.observe({ method: subject, code }, (performance.now() - began) / 1000))
        .finally(() => running.delete(work));
      running.add(work);
    },
  });
  // Nobody needs to look at `done`.
  const done = subscription.closed.then(() => undefined);
  done.catch(() => undefined);
  const ready = nats.flush();
  ready.catch(() => undefined);
  return {
    done,
    ready,
    async stop(graceMs = 0) {
      if (!subscription.isClosed()) await subscription.drain().catch(() => undefined);
      if (graceMs > 0) {
        const waiting = new AbortController();
        await Promise.race([Promise.all(running), delay(graceMs, undefined, { signal: waiting.signal }).catch(() => undefined)]);
        waiting.abort();
      }
      stopping.abort();
      // A handler that does not look at its signal must not hold up the end.
      await Promise.race([Promise.all(running), delay(abortedMs, undefined, { ref: false })]);
    },
  };
}

/** Nobody waits for an answer to a message without an inbox; one that comes after the end of the connection is lost. */
function respond(nats: NatsConnection, message: Msg, body?: Uint8Array, headers?: Readonly<Record<string, string>>): void {
  const { reply } = message;
  if (reply) unlessEnded(() => Outbox.of(nats).publish(reply, body, headers && { headers: headersOf(headers) }));
}

function respondError(nats: NatsConnection, message: Msg, error: MinchatError): void {
  const wire = errorToWire(error);
  const body = encode(WireError, { ...wire, message: wire.message.slice(0, 4000) });
  respond(nats, message, body, { [headerNames.error]: error.code, [headerNames.frame]: 'error' });
}

export function serveUnary<Request, Reply>(
  deps: ServerDeps,
  def: UnaryDef<Request, Reply>,
  handler: (request: Request, context: HandlerContext) => Promise<Init<Reply>>,
): Serving {
  return listen(deps, def.subject, async (message, signal) => {
    const request = decode(def.request, message.data, { strict: true });
    const reply = encode(def.reply, await handler(request, { signal }));
    respond(deps.nats, message, reply);
  });
}

export function serveStream<Request, Reply>(
  deps: ServerDeps,
  def: StreamDef<Request, Reply>,
  handler: (request: Request, context: HandlerContext) => AsyncIterable<Init<Reply>>,
): Serving {
  const clients = new Map<string, AbortController>();
  const cancels = deps.nats.subscribe(cancelSubject(def.subject), {
    callback: (failure, message) => {
      if (!failure) clients.get(message.string())?.abort(new MinchatError('MC_CANCELLED', 'the client cancelled'));
    },
  });
  const serving = listen(deps, def.subject, async (message, closing) => {
    const request = decode(def.request, message.data, { strict: true });
    const client = watchClient(deps.nats, message, closing);
    const inbox = message.reply ?? '';
    clients.set(inbox, client.gone);
    try {
      let sequence = 0;
      let sent = 0;
      for await (const reply of untilAborted(handler(request, { signal: client.gone.signal }), client.gone.signal)) {
        const body = encode(def.reply, reply);
        respond(deps.nats, message, body, { [headerNames.frame]: 'data', [headerNames.sequence]: String(sequence) });
        sequence += 1;
        sent += body.length;
        if (sent < windowBytes) continue;
        await untilTaken(deps.nats, inbox, client.gone.signal);
        sent = 0;
      }
      if (closing.aborted) throw new MinchatError('MC_SERVICE_UNAVAILABLE', 'the service is shutting down');
      respond(deps.nats, message, undefined, { [headerNames.frame]: 'end', [headerNames.sequence]: String(sequence) });
    } catch (error) {
      // A handler that throws because its client is gone has nobody to tell.
      if (!client.gone.signal.aborted || closing.aborted) throw error;
    } finally {
      clients.delete(inbox);
      client.stop();
    }
  });
  return {
    ...serving,
    async stop(graceMs) {
      await serving.stop(graceMs);
      cancels.unsubscribe();
    },
  };
}

/** Until the client of a stream has read all that was sent, or is gone. */
async function untilTaken(nats: NatsConnection, inbox: string, gone: AbortSignal): Promise<void> {
  const left = Promise.withResolvers<string>();
  const onGone = (): void => left.resolve('gone');
  if (gone.aborted) onGone();
  gone.addEventListener('abort', onGone, { once: true });
  // Behind all of it.
  Outbox.of(nats).flush();
  const ask = (): Promise<string> => nats.request(inbox, undefined, { timeout: takenMs, headers: headersOf({ [headerNames.frame]: 'taken' }) }).then(
    () => 'taken',
    // Where nobody listens any more, a ping will tell.
    (error: unknown) => (error as NatsError).code,
  );
  while ((await Promise.race([ask(), left.promise])) === 'TIMEOUT');
  gone.removeEventListener('abort', onGone);
}

/** Aborts `gone` when the client does not answer a ping, or says that it reads no more. */
function watchClient(nats: NatsConnection, message: Msg, closing: AbortSignal): { gone: AbortController; stop(): void } {
  const gone = new AbortController();
  const inbox = message.reply ?? '';
  const ping = async (): Promise<void> => {
    try {
      const answer = await nats.request(inbox, undefined, { timeout: 3 * pingMs, headers: headersOf({ [headerNames.frame]: 'ping' }) });
      if (answer.headers?.get(headerNames.frame) === 'gone') gone.abort(new MinchatError('MC_CANCELLED', 'the client went away'));
    } catch (error) {
      // 503: nobody listens there any more. A timeout may be our own broken connection: ask again.
      if ((error as NatsError).code === '503') gone.abort(new MinchatError('MC_CANCELLED', 'the client went away'));
    }
  };
  const beat = setInterval(() => void ping(), pingMs);
  // A listener that is taken away again: AbortSignal.any would cost many times as much for each request.
  const onClosing = (): void => gone.abort(closing.reason);
  if (closing.aborted) onClosing();
  closing.addEventListener('abort', onClosing, { once: true });
  return {
    gone,
    stop() {
      clearInterval(beat);
      closing.removeEventListener('abort', onClosing);
    },
  };
}

/** The values of `source` until `signal` aborts, even while the source is busy with the next one. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, resolve } = Promise.withResolvers<{ done: true; value: undefined }>();
  const onAbort = (): void => resolve({ done: true, value: undefined });
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  let ended = false;
  try {
    for (;;) {
      const pending = iterator.next();
      const result = await Promise.race([pending, aborted]);
      // What a source does after the abort, failing included, concerns nobody.
      if (signal.aborted) pending.catch(() => undefined);
      if (result.done) {
        ended = !signal.aborted;
        return;
      }
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (!ended) void iterator.return?.()?.catch(() => undefined);
  }
}
