import type { Logger } from '@minchat/telemetry';
import type { JetStreamManager } from 'nats';
import { passingConsumer, subjects } from './topology.ts';

/** How far clocks may be apart. */
const apartMs = 60_000;

/** Warns where this machine's clock is not the server's. */
export async function warnOfClock(manager: JetStreamManager, log: Logger): Promise<void> {
  if (!log.isLevelEnabled('warn')) return;
  try {
    const asked = Date.now();
    // Of whatever it makes the server tells when: this is the least that it can make.
    const { name, created } = await manager.consumers.add('EVENTS', passingConsumer(subjects.event('none', 'none', 'none'), 1));
    const answered = Date.now();
    await manager.consumers.delete('EVENTS', name);
    const made = Date.parse(created);
    const seconds = Math.round(Math.max(asked - made, made - answered) / 1000);
    log.debug({ seconds }, 'compared the clock with that of the NATS server');
    if (seconds * 1000 <= apartMs) return;
    const hint = 'Have the clocks of all machines set by NTP: what is old, and when something happened, is told by them.';
    log.warn({ seconds, hint }, `expected a clock that agrees with that of the NATS server within ${apartMs / 1000} s, found it ${seconds} s ${asked > made ? 'ahead' : 'behind'}`);
  } catch (error) {
    log.debug({ err: error }, 'could not compare the clock with that of the NATS server');
  }
}
