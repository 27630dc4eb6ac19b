import { setTimeout as sleep } from 'node:timers/promises';
import { MinchatError, isMinchatError, toMinchatError } from '@minchat/errors';
import type { NatsError } from 'nats';

/** The server's codes for a stream that may not grow any more. */
const full = new Set([10_023, 10_028, 10_047, 10_077, 10_122]);
const wrongLastSequence = 10_071;

/** What NATS says when the server is away, busy starting, or the connection breaks. */
const transient = new Set(['TIMEOUT', '503', 'DISCONNECT', 'CONNECTION_CLOSED', 'CONNECTION_REFUSED', 'CONNECTION_DRAINING', 'CONNECTION_TIMEOUT', '504', '408', '409']);

/** Whether a compare-and-set met another revision than it expected. */
export function isConflict(error: unknown): boolean {
  return (error as NatsError).api_error?.err_code === wrongLastSequence;
}

/** Gives an error of the NATS client one of our codes. */
export function fromNats(error: unknown, doing: string): MinchatError {
  if (isMinchatError(error)) return error;
  const { code, api_error: api, message } = error as NatsError;
  if (api && full.has(api.err_code ?? 0)) {
    return new MinchatError('MC_DISK_FULL', `${doing}: the NATS server has no space left: ${api.description}`, { cause: error, hint: 'Give the server, or the account, more space for JetStream (max_file_store, max_file), or free some with `npm run minchat -- gc`.' });
  }
  if (code === 'PERMISSIONS_VIOLATION') return new MinchatError('MC_NATS_DENIED', `${doing}: ${message}`, { cause: error });
  if (code === 'MAX_PAYLOAD_EXCEEDED') return new MinchatError('MC_MESSAGE_TOO_LARGE', `${doing}: ${message}`, { cause: error });
  if (transient.has(code) || api?.code === 503) {
    return new MinchatError('MC_NATS_UNAVAILABLE', `${doing}: expected an answer from NATS, found ${message || code}`, { cause: error });
  }
  return toMinchatError(error);
}

/**
 * Repeats what is safe to repeat while NATS is away, for `forMs`; then, or for any other error,
 * rejects with one of our codes.
 */
export async function retrying<T>(doing: string, operation: () => Promise<T>, { forMs = 120_000, signal }: { forMs?: number; signal?: AbortSignal } = {}): Promise<T> {
  const end = Date.now() + forMs;
  for (let wait = 50; ; wait = Math.min(wait * 2, 1000)) {
    try {
      return await operation();
    } catch (thrown) {
      if (isConflict(thrown)) throw thrown;
      const error = fromNats(thrown, doing);
      if (error.code !== 'MC_NATS_UNAVAILABLE' || Date.now() + wait > end || signal?.aborted) throw error;
      await sleep(wait);
    }
  }
}
