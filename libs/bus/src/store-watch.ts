import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { Events } from 'nats';
import type { Connection } from './connection.ts';
import { retrying } from './nats-errors.ts';
import { madeAt } from './topology.ts';

/**
 * Watches for a server that comes back without what it stored: with another stream JOBS than at first, or
 * none. All records and consumers are gone with it: who goes on waits for ever for what is not there.
 */
export async function watchStore({ nats, manager }: Connection, log: Logger): Promise<{ lost: Promise<never> }> {
  const look = () => retrying('looking at the streams', () => madeAt(manager, 'JOBS'));
  const first = await look();
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  void (async () => {
    for await (const { type } of nats.status()) {
      if (type !== Events.Reconnect) continue;
      try {
        if ((await look()) !== first) reject(new MinchatError('MC_NATS_STORE_LOST', `${nats.getServer()}: expected the streams of before, found none of them`));
      } catch (error) {
        log.debug({ err: error }, 'could not look at the streams');
      }
    }
  })();
  return { lost: promise };
}
