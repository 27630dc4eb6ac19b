import { randomUUID } from 'node:crypto';
import {
  DemonstrationWritten,
  Job,
  PromptSubmitted,
  RankingSubmitted,
  StageEvent,
  create,
  encode,
  eventKind,
  type Init,
  type MessageType,
} from '@minchat/contracts';
import { toMinchatError } from '@minchat/errors';
import { withSpan } from '@minchat/telemetry';
import type { JetStreamClient, JetStreamManager, KV, NatsError, PubAck } from 'nats';
import { outgoing } from './headers.ts';
import { isConflict, retrying } from './nats-errors.ts';
import { createConsumer, jobConsumer, subjects } from './topology.ts';
import type { Feedback } from './types.ts';

export const feedbackTypes: { readonly [K in keyof Feedback]: MessageType<Feedback[K]> } = {
  prompt: PromptSubmitted,
  demonstration: DemonstrationWritten,
  ranking: RankingSubmitted,
};

const feedbackIds: { readonly [K in keyof Feedback]: (message: Feedback[K]) => string } = {
  prompt: (message) => message.promptId,
  demonstration: (message) => message.demonstrationId,
  ranking: (message) => message.rankingId,
};

interface Publisher {
  job(job: Init<Job>): Promise<{ duplicate: boolean }>;
  event(event: Init<StageEvent>, once: boolean): Promise<void>;
  feedback<K extends keyof Feedback>(kind: K, message: Init<Feedback[K]>): Promise<void>;
}

/** `published` remembers what the server forgets after its duplicate window. */
export function createPublisher(jetStream: JetStreamClient, manager: JetStreamManager, published: KV): Publisher {
  async function publish(subject: string, bytes: Uint8Array, msgID: string): Promise<PubAck> {
    return withSpan(`publish ${subject}`, { kind: 'producer' }, async () => {
      const headers = outgoing();
      return retrying(`publishing ${subject}`, () => jetStream.publish(subject, bytes, { msgID, headers }));
    });
  }

  async function markOf(msgID: string): Promise<string | undefined> {
    const known = await retrying('reading what was published', () => published.get(msgID));
    return known !== null && known.operation === 'PUT' ? known.string() : undefined;
  }

  /**
   * The mark is set after the message is stored: a crash in between may store it twice, never not
   * at all. Whoever takes it twice finds the job's record over.
   */
  async function publishOnce(subject: string, bytes: Uint8Array, msgID: string): Promise<void> {
    if ((await markOf(msgID)) !== undefined) return;
    await publish(subject, bytes, msgID);
    await retrying('marking what was published', () => published.create(msgID, subject)).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }

  /** The same of a job, whose mark says where it is in the queue: one that is not there any more is published again. */
  async function publishJob(job: Job): Promise<{ duplicate: boolean }> {
    // By it the server tells how many jobs wait: whoever starts workers by that sees them before the first worker has started.
    await retrying('creating a consumer', () => createConsumer(manager, 'JOBS', jobConsumer(job.kind)));
    const msgID = `job.${job.jobId}.${job.round}`;
    const mark = await markOf(msgID);
    // The mark of an older version says only that it was published.
    if (mark !== undefined && (Number.isNaN(Number(mark)) || (await isQueued(Number(mark), msgID)))) return { duplicate: true };
    const { duplicate, seq } = await publish(subjects.job(job.kind), encode(Job, job), msgID);
    await retrying('marking what was published', () => published.put(msgID, String(seq)));
    return { duplicate };
  }

  /** False also of a job that is done, which nobody publishes, and of what a server lost with its last writes, or was purged. */
  async function isQueued(seq: number, msgID: string): Promise<boolean> {
    try {
      const { header } = await retrying('looking at the queue', () => manager.streams.getMessage('JOBS', { seq }));
      // A server that lost its last writes gives their numbers to others.
      return header.get('Nats-Msg-Id') === msgID;
    } catch (error) {
      if ((toMinchatError(error).cause as NatsError | undefined)?.code !== '404') throw error;
      return false;
    }
  }

  return {
    job: (init) => publishJob(create(Job, { createdAtMs: Date.now(), ...init })),
    async event(init, once) {
      const event = create(StageEvent, { ...init, eventId: init.eventId || randomUUID(), atMs: init.atMs || Date.now() });
      const subject = subjects.event(event.runId, event.stage, (eventKind(event) ?? 'unknown').toLowerCase());
      await (once ? publishOnce : publish)(subject, encode(StageEvent, event), `event.${event.eventId}`);
    },
    async feedback(kind, init) {
      const message = create(feedbackTypes[kind], init);
      await publish(subjects.feedback(kind), encode(feedbackTypes[kind], init), `feedback.${kind}.${feedbackIds[kind](message)}`);
    },
  };
}
