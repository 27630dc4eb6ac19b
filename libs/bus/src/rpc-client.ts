import { WireError, decode, encode, errorFromWire, type Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { withSpan } from '@minchat/telemetry';
import type { Msg, NatsConnection, NatsError } from 'nats';
import { mendedMs, type Connection } from './connection.ts';
import { cancelSubject, headerNames, outgoing } from './headers.ts';
import { fromNats } from './nats-errors.ts';
import { Outbox, unlessEnded } from './outbox.ts';
import type { StreamDef, UnaryDef } from './rpc-table.ts';
import { StreamInbox } from './stream-inbox.ts';
import type { CallOptions } from './types.ts';

/** Replies may be as large as a message of the server. */
const limit = { maxBytes: 1_048_576 };

const encoder = new TextEncoder();

function cancelled(signal: AbortSignal): MinchatError {
  const reason: unknown = signal.reason;
  return reason instanceof MinchatError ? reason : new MinchatError('MC_CANCELLED', 'the request was cancelled');
}

function unavailable(subject: string): MinchatError {
  return new MinchatError('MC_SERVICE_UNAVAILABLE', `${subject}: expected a service that answers, found none`);
}

/** A service of another version answers it in another way. */
function otherWay(subject: string, expected: string, found: string): MinchatError {
  return new MinchatError('MC_VERSION_MISMATCH', `${subject}: expected ${expected}, found ${found}`);
}

function errorOf(message: Msg): MinchatError | undefined {
  if (!message.headers?.has(headerNames.error)) return undefined;
  return errorFromWire(decode(WireError, message.data));
}

export async function call<Request, Reply>({ nats, mended }: Connection, def: UnaryDef<Request, Reply>, init: Init<Request>, { signal, timeoutMs = 10_000 }: CallOptions): Promise<Reply> {
  const bytes = encode(def.request, init);
  await mended();
  return withSpan(def.subject, { kind: 'client' }, async () => {
    if (signal?.aborted) throw cancelled(signal);
    const reply = nats.request(def.subject, bytes, { timeout: timeoutMs, headers: outgoing() }).catch((error: unknown) => {
      const { code } = error as NatsError;
      if (code === '503') throw unavailable(def.subject);
      if (code === 'TIMEOUT') throw new MinchatError('MC_TIMEOUT', `${def.subject}: expected a reply within ${timeoutMs} ms, found none`);
      throw fromNats(error, def.subject);
    });
    const message = await (signal ? Promise.race([reply, rejectOnAbort(signal, reply)]) : reply);
    const error = errorOf(message);
    if (error) throw error;
    if (message.headers?.has(headerNames.frame)) throw otherWay(def.subject, 'one reply', 'a stream');
    return decode(def.reply, message.data, limit);
  });
}

/** Rejects when `signal` aborts before `work` is over; leaves no listener behind. */
function rejectOnAbort(signal: AbortSignal, work: Promise<unknown>): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  const forget = (): void => signal.removeEventListener('abort', onAbort);
  work.then(forget, forget);
  return promise;
}

/** Throws MC_NATS_UNAVAILABLE when the connection has ended. */
function inboxesOf(nats: NatsConnection, subject: string): StreamInbox {
  try {
    return StreamInbox.of(nats);
  } catch (error) {
    throw fromNats(error, subject);
  }
}

/** See Bus.stream. */
export async function* stream<Request, Reply>(
  connection: Connection,
  def: StreamDef<Request, Reply>,
  init: Init<Request>,
  { signal, timeoutMs = 30_000 }: CallOptions,
): AsyncGenerator<Reply, void> {
  const bytes = encode(def.request, init);
  await connection.mended();
  if (signal?.aborted) throw cancelled(signal);
  const frames = openFrames(connection, def.subject, timeoutMs, signal);
  const outbox = Outbox.of(connection.nats);
  let ended = false;
  try {
    await withSpan(def.subject, { kind: 'client' }, async () => {
      outbox.publish(def.subject, bytes, { reply: frames.subject, headers: outgoing() });
    });
    for (let expected = 0; ; ) {
      const frame = await frames.next();
      if (frame.headers?.code === 503) throw unavailable(def.subject);
      const error = errorOf(frame);
      if (error) {
        ended = true;
        throw error;
      }
      const kind = frame.headers?.get(headerNames.frame);
      if (kind === 'taken') {
        frame.respond();
        continue;
      }
      if (!kind) throw otherWay(def.subject, 'a stream', 'one reply');
      const sequence = frame.headers?.get(headerNames.sequence);
      if (Number(sequence) !== expected) throw new MinchatError('MC_SERVICE_UNAVAILABLE', `${def.subject}: expected part ${expected} of the answer, found ${sequence ?? 'none'}: a part was lost`);
      if (kind === 'end') {
        ended = true;
        return;
      }
      expected += 1;
      yield decode(def.reply, frame.data, limit);
    }
  } catch (error) {
    throw fromNats(error, def.subject);
  } finally {
    frames.close();
    if (!ended) unlessEnded(() => outbox.publish(cancelSubject(def.subject), encoder.encode(frames.subject)));
  }
}

/** The frames that come to a subject of their own. `next` throws why none will: silence, a connection that broke, an abort. */
function openFrames({ nats, watch }: Connection, subject: string, timeoutMs: number, signal: AbortSignal | undefined): { subject: string; next(): Promise<Msg>; close(): void } {
  const inboxes = inboxesOf(nats, subject);
  const frames: Msg[] = [];
  let stopped: MinchatError | undefined;
  let wake: () => void = () => undefined;
  const stop = (error: MinchatError): void => {
    stopped ??= error;
    wake();
  };
  const silence = setTimeout(() => stop(new MinchatError('MC_TIMEOUT', `${subject}: expected a sign of life within ${timeoutMs} ms, found none`)), timeoutMs);
  // Whoever answers hears of the broken connection, too, and says soon that it is there; or its last frames were lost.
  let mend: NodeJS.Timeout | undefined;
  const unwatch = watch(() => {
    clearTimeout(mend);
    mend = setTimeout(() => stop(new MinchatError('MC_NATS_UNAVAILABLE', `${subject}: the connection to NATS broke, and within ${mendedMs / 1000} s nothing more came`)), mendedMs);
  });
  const inbox = inboxes.open((failure, message) => {
    silence.refresh();
    clearTimeout(mend);
    if (failure) return stop(fromNats(failure, subject));
    if (message.headers?.get(headerNames.frame) === 'ping') return;
    frames.push(message);
    wake();
  });
  const onAbort = (): void => stop(cancelled(signal as AbortSignal));
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    subject: inbox.subject,
    async next() {
      for (;;) {
        if (stopped && (frames.length === 0 || signal?.aborted)) throw stopped;
        const frame = frames.shift();
        if (frame) return frame;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    close() {
      clearTimeout(silence);
      clearTimeout(mend);
      unwatch();
      signal?.removeEventListener('abort', onAbort);
      inbox.close();
    },
  };
}
