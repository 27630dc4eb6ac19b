import type { JetStreamManager, NatsConnection, NatsError } from 'nats';
import { retrying } from './nats-errors.ts';

/** How many are looked up, and how many deletions are on their way, at once. */
const atOnce = 256;
const notFound = new Set([10_037, 10_043, 10_057]);

/**
 * Removes the messages of some subjects one by one. A purge would do in one request, but after one with a filter
 * nats-server 2.9 goes on counting what it removed as used, until it takes no more messages.
 */
export async function removeMessages(nats: NatsConnection, manager: JetStreamManager, stream: string, filter: string): Promise<void> {
  const remove = (seq: number): Promise<unknown> =>
    retrying('removing a message', () => manager.streams.deleteMessage(stream, seq, false)).catch((error: unknown) => {
      // Somebody else was first.
      if (!notFound.has((error as { cause?: NatsError }).cause?.api_error?.err_code ?? 0)) throw error;
    });
  for (;;) {
    const { state } = await retrying('looking for messages', () => manager.streams.info(stream, { subjects_filter: filter }));
    const left = Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
    if (left === 0) return;
    const consumer = await retrying('looking for messages', () => nats.jetstream().consumers.get(stream, { filterSubjects: filter, headers_only: true }));
    try {
      const found = await retrying('looking for messages', () => consumer.fetch({ max_messages: Math.min(left, atOnce), expires: 5000 }));
      const removing: Promise<unknown>[] = [];
      for await (const { seq } of found) removing.push(remove(seq));
      await Promise.all(removing);
    } finally {
      // The server would keep it for minutes.
      await consumer.delete().catch(() => false);
    }
  }
}
