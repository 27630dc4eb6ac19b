import { randomUUID } from 'node:crypto';
import {
  DemonstrationWritten,
  Job,
  PromptSubmitted,
  RankingSubmitted,
  StageEvent,
  create,
  encode,
  type Init,
  type MessageType,
} from '@minchat/contracts';
import { withSpan } from '@minchat/telemetry';
import type { JetStreamClient, KV } from 'nats';
import { outgoing } from './headers.ts';
import { isConflict, retrying } from './nats-errors.ts';
import { subjects } from './topology.ts';
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

const details = ['started', 'progress', 'checkpointed', 'completed', 'failed', 'released', 'runChanged', 'logged'] as const;

/** The last token of an event's subject. */
export function kindOfEvent(event: StageEvent): string {
  return (details.find((detail) => event[detail] !== undefined) ?? 'unknown').toLowerCase();
}

export interface Publisher {
  job(job: Init<Job>): Promise<{ duplicate: boolean }>;
  event(event: Init<StageEvent>, once: boolean): Promise<void>;
  feedback<K extends keyof Feedback>(kind: K, message: Init<Feedback[K]>): Promise<void>;
}

/** `published` remembers what the server forgets after its duplicate window. */
export function createPublisher(jetStream: JetStreamClient, published: KV): Publisher {
  async function publish(subject: string, bytes: Uint8Array, msgID: string): Promise<boolean> {
    return withSpan(`publish ${subject}`, { kind: 'producer' }, async () => {
      const headers = outgoing();
      const ack = await retrying(`publishing ${subject}`, () => jetStream.publish(subject, bytes, { msgID, headers }));
      return ack.duplicate;
    });
  }

  /**
   * The mark is set after the message is stored: a crash in between may store it twice, never not
   * at all. Whoever takes it twice finds the job's record over.
   */
  async function publishOnce(subject: string, bytes: Uint8Array, msgID: string): Promise<boolean> {
    const known = await retrying('reading what was published', () => published.get(msgID));
    if (known !== null && known.operation === 'PUT') return true;
    const duplicate = await publish(subject, bytes, msgID);
    await retrying('marking what was published', () => published.create(msgID, subject)).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
    return duplicate;
  }

  return {
    async job(init) {
      const job = create(Job, { createdAtMs: Date.now(), ...init });
      return { duplicate: await publishOnce(subjects.job(job.kind), encode(Job, job), `job.${job.jobId}.${job.round}`) };
    },
    async event(init, once) {
      const event = create(StageEvent, { ...init, eventId: init.eventId || randomUUID(), atMs: init.atMs || Date.now() });
      const subject = subjects.event(event.runId, event.stage, kindOfEvent(event));
      await (once ? publishOnce : publish)(subject, encode(StageEvent, event), `event.${event.eventId}`);
    },
    async feedback(kind, init) {
      const message = create(feedbackTypes[kind], init);
      await publish(subjects.feedback(kind), encode(feedbackTypes[kind], init), `feedback.${kind}.${feedbackIds[kind](message)}`);
    },
  };
}
