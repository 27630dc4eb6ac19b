import { setTimeout as sleep } from 'node:timers/promises';
import { Job, decode, errorToWire } from '@minchat/contracts';
import { isMinchatError, type MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { millis, type Consumer, type JetStreamClient, type JetStreamManager, type JsMsg, type NatsError } from 'nats';
import type { Connection } from './connection.ts';
import { outgoing, traceOf } from './headers.ts';
import { retrying } from './nats-errors.ts';
import { consumerInfo, ensureConsumer, jobConsumer, pullMs, subjects } from './topology.ts';
import type { Bus, JobDelivery, JobQueue } from './types.ts';

/** How long a job waits for a worker of its version after it came to one of another. */
const newerMs = 5000;

export async function openJobQueue({ nats, manager }: Connection, log: Logger, kind: string, ackWaitMs?: number): Promise<JobQueue> {
  const jetStream = nats.jetstream();
  const config = jobConsumer(kind, ackWaitMs);
  const ensure = (): Promise<void> => ensureConsumer(manager, 'JOBS', config);
  await retrying('creating a consumer', ensure);
  const consumer = await retrying('opening a consumer', () => jetStream.consumers.get('JOBS', config.durable_name));
  const info = await consumer.info(true);

  async function next(signal: AbortSignal): Promise<JobDelivery | undefined> {
    while (!signal.aborted) {
      const message = await pullOne(consumer, signal).catch(async (error: unknown) => {
        // The server is away, or has lost the consumer, as when it was deleted by hand: then it gets it back.
        log.debug({ err: error, kind }, 'could not pull');
        await sleep(500, undefined, { signal }).catch(() => undefined);
        await ensure().catch(() => undefined);
      });
      if (!message) continue;
      const trace = traceOf(message.headers);
      let job: Job;
      try {
        job = decode(Job, message.data, { strict: true });
      } catch (error) {
        if (isMinchatError(error) && error.code === 'MC_VERSION_MISMATCH') {
          log.error({ err: error, kind }, 'a job of a newer version is left to a worker of that version');
          message.nak(newerMs);
          continue;
        }
        log.error({ err: error, kind }, 'a message on the job queue is no job');
        await deadLetter(jetStream, kind, message, error);
        continue;
      }
      return delivery(jetStream, kind, message, job, trace);
    }
    return undefined;
  }

  return { ackWaitMs: millis(info.config.ack_wait ?? 0), next };
}

/** See Bus.queueOf. */
export async function queueOf(manager: JetStreamManager, kind: string): Promise<{ waiting: number; underway: number }> {
  const info = await retrying('looking at a queue', () => consumerInfo(manager, 'JOBS', jobConsumer(kind)));
  return { waiting: info?.num_waiting ?? 0, underway: info?.num_ack_pending ?? 0 };
}

/** One message; undefined when none came in time or `signal` aborted. */
async function pullOne(consumer: Consumer, signal: AbortSignal): Promise<JsMsg | undefined> {
  const messages = await consumer.fetch({ max_messages: 1, expires: pullMs });
  const stop = (): void => void messages.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const message of messages) {
      if (!signal.aborted) return message;
      // It came while we were leaving: somebody else shall have it at once.
      message.nak();
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // Not awaited: what close() gives never settles once the loop was left.
    stop();
  }
  return undefined;
}

function delivery(jetStream: JetStreamClient, kind: string, message: JsMsg, job: Job, trace: Readonly<Record<string, string>>): JobDelivery {
  return {
    job,
    delivery: message.info.deliveryCount,
    trace,
    working: () => message.working(),
    // Not awaited for ever: an ack that is lost brings the job again, and its record says it is over.
    ack: async () => {
      await message.ackAck({ timeout: 5000 }).catch(() => false);
    },
    nak: (delayMs) => message.nak(delayMs),
    deadLetter: (error) => deadLetter(jetStream, kind, message, error),
  };
}

async function deadLetter(jetStream: JetStreamClient, kind: string, message: JsMsg, error: unknown): Promise<void> {
  const wire = errorToWire(error);
  const headers = outgoing({ 'Mc-Error': `${wire.code} ${wire.message}`.replaceAll(/[\r\n]+/g, ' ').slice(0, 2000), ...traceOf(message.headers) });
  const msgID = `dlq-${message.seq}`;
  await retrying('publishing to DLQ', () => jetStream.publish(subjects.deadLetter(kind), message.data, { msgID, headers }));
  message.term();
}

/** See Bus.deadLetters. */
export async function readDeadLetters(manager: JetStreamManager): ReturnType<Bus['deadLetters']> {
  const letters: Awaited<ReturnType<Bus['deadLetters']>> = [];
  const { state } = await manager.streams.info('DLQ');
  for (let seq = state.first_seq; seq <= state.last_seq && seq > 0; seq += 1) {
    try {
      const message = await manager.streams.getMessage('DLQ', { seq });
      if (message.subject === subjects.deadLetter('feedback')) continue;
      letters.push({ job: decode(Job, message.data), error: message.header.get('Mc-Error'), atMs: message.time.getTime() });
    } catch (error) {
      // Deleted or expired meanwhile, or a message that was put there because it is no job.
      if (!['404', 'MC_MESSAGE_INVALID'].includes((error as NatsError | MinchatError).code)) throw error;
    }
  }
  return letters;
}
