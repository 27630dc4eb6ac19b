import { setTimeout as sleep } from 'node:timers/promises';
import { StageEvent, decode } from '@minchat/contracts';
import type { Logger } from '@minchat/telemetry';
import { withSpan } from '@minchat/telemetry';
import { ConsumerEvents, DeliverPolicy, type ConsumerMessages, type JsMsg } from 'nats';
import type { Connection } from './connection.ts';
import { outgoing, traceOf } from './headers.ts';
import { fromNats, retrying } from './nats-errors.ts';
import { feedbackTypes } from './publish.ts';
import { durableAckWaitMs, durableConsumer, ensureConsumer, pullMs, subjects } from './topology.ts';
import type { EventFilter, Feedback, Subscription } from './types.ts';

type Handle = (message: JsMsg) => Promise<void>;

function subscription(messages: ConsumerMessages, done: Promise<void>, forget?: () => Promise<unknown>): Subscription {
  // A caller that does not look at `done` must not crash the process by it.
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      // Not awaited itself: it settles only if the loop over the messages ends by it.
      void messages.close();
      await done.catch(() => undefined);
      // Not awaited: the server may be away.
      void forget?.().catch(() => undefined);
    },
  };
}

/** In order, each once, while the subscriber lives; made anew by itself when the server restarts. */
async function ordered({ nats, manager }: Connection, filter: string, from: 'all' | 'new', handle: Handle): Promise<Subscription> {
  const consumer = await retrying('subscribing', async () => {
    // A number and not "new": made anew, the consumer must not skip what came meanwhile.
    const start = from === 'all' ? {} : { opt_start_seq: (await manager.streams.info('EVENTS')).state.last_seq + 1 };
    return nats.jetstream().consumers.get('EVENTS', { filterSubjects: filter, ...start });
  });
  const messages = await retrying('subscribing', () => consumer.consume({ max_messages: 200, expires: pullMs }));
  const run = async (): Promise<void> => {
    for await (const message of messages) await handle(message);
  };
  return subscription(
    messages,
    run().catch((error: unknown) => {
      void messages.close();
      throw fromNats(error, 'handling an event');
    }),
    // The server would keep it for minutes.
    () => consumer.delete(),
  );
}

/** At least once over restarts: acked when handled, delivered again when the handler throws. */
async function durable(
  connection: Connection,
  log: Logger,
  stream: 'EVENTS' | 'FEEDBACK',
  name: string,
  filter: string,
  from: 'all' | 'new',
  handle: Handle,
): Promise<Subscription> {
  const config = durableConsumer(name, filter, from);
  await retrying('creating a consumer', () => ensureConsumer(connection.manager, stream, config));
  const consumer = await retrying('opening a consumer', () => connection.nats.jetstream().consumers.get(stream, name));
  let handled = (await retrying('opening a consumer', () => consumer.info(true))).ack_floor.stream_seq;
  const messages = await retrying('subscribing', () => consumer.consume({ max_messages: 1, expires: pullMs }));
  // A server that lost the consumer, as when it was deleted by hand, gets it back: who reads on reads from there.
  const mend = async (): Promise<void> => {
    for await (const { type } of await messages.status()) {
      if (type !== ConsumerEvents.ConsumerNotFound) continue;
      log.warn({ stream, consumer: name }, 'the server has lost a consumer: it is made again');
      const goOn = handled === 0 ? config : { ...config, deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: handled + 1 };
      await ensureConsumer(connection.manager, stream, goOn).catch((error: unknown) => log.warn({ err: error, consumer: name }, 'could not make a consumer again'));
    }
  };
  void mend();
  const run = async (): Promise<void> => {
    for await (const message of messages) {
      const beat = setInterval(() => message.working(), durableAckWaitMs / 3);
      try {
        await handle(message);
        message.ack();
        handled = message.seq;
      } catch (error) {
        log.error({ err: error, subject: message.subject }, 'could not handle a message; it will come again');
        await sleep(Math.min(1000 * message.info.deliveryCount, 10_000));
        message.nak();
      } finally {
        clearInterval(beat);
      }
    }
  };
  return subscription(messages, run());
}

export async function subscribeEvents(
  connection: Connection,
  log: Logger,
  { runId, from = 'new', durable: name }: EventFilter,
  handler: (event: StageEvent) => void | Promise<void>,
): Promise<Subscription> {
  const handle: Handle = async (message) => {
    let event: StageEvent;
    try {
      event = decode(StageEvent, message.data);
    } catch (error) {
      log.error({ err: error, subject: message.subject }, 'a message among the events is none');
      return;
    }
    await withSpan('handle event', { kind: 'consumer', from: traceOf(message.headers) }, async () => handler(event));
  };
  const filter = subjects.events(runId);
  return name === undefined ? ordered(connection, filter, from, handle) : durable(connection, log, 'EVENTS', name, filter, from, handle);
}

export async function consumeFeedback(
  connection: Connection,
  log: Logger,
  name: string,
  handlers: { [K in keyof Feedback]: (message: Feedback[K]) => Promise<void> },
): Promise<Subscription> {
  async function pass<K extends keyof Feedback>(kind: K, message: JsMsg): Promise<void> {
    let feedback: Feedback[K];
    try {
      feedback = decode(feedbackTypes[kind], message.data);
    } catch (error) {
      log.error({ err: error, subject: message.subject }, 'a message among the feedback is none; copied to DLQ');
      const headers = outgoing({ 'Mc-Error': String(error).replaceAll(/[\r\n]+/g, ' ').slice(0, 2000) });
      await connection.nats.jetstream().publish(subjects.deadLetter('feedback'), message.data, { msgID: `dlq-feedback-${message.seq}`, headers });
      return;
    }
    await withSpan(`handle ${kind}`, { kind: 'consumer', from: traceOf(message.headers) }, () => handlers[kind](feedback));
  }
  return durable(connection, log, 'FEEDBACK', name, 'feedback.*', 'all', async (message) => {
    const kind = message.subject.slice('feedback.'.length);
    if (kind in feedbackTypes) await pass(kind as keyof Feedback, message);
  });
}
