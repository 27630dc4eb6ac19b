import { setTimeout as sleep } from 'node:timers/promises';
import { StageEvent, decode } from '@minchat/contracts';
import type { Logger } from '@minchat/telemetry';
import { withSpan } from '@minchat/telemetry';
import { ConsumerEvents, DeliverPolicy, type Consumer, type ConsumerInfo, type JsMsg, type NatsError } from 'nats';
import type { Connection } from './connection.ts';
import { outgoing, traceOf } from './headers.ts';
import { fromNats, retrying } from './nats-errors.ts';
import { feedbackTypes } from './publish.ts';
import { durableAckWaitMs, durableConsumer, ensureConsumer, passingConsumer, pullMs, subjects } from './topology.ts';
import type { EventFilter, Feedback, Subscription } from './types.ts';

type Handle = (message: JsMsg) => Promise<void>;

function subscription(close: () => void, done: Promise<void>): Subscription {
  // A caller that does not look at `done` must not crash the process by it.
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      close();
      await done.catch(() => undefined);
    },
  };
}

/** Taken of the server at once; it keeps what comes behind them until they are handled. */
const portion = 100;

/**
 * In order, each once, while the subscriber lives: made anew by itself when the server has lost it. The NATS
 * client's own consumer of this kind takes all that there is, however slowly it is handled.
 */
async function ordered({ nats, manager, watch }: Connection, filter: string, { from, after, untilNow }: Omit<EventFilter, 'runId' | 'durable'>, handle: Handle): Promise<Subscription> {
  // A number and not "new": made anew, the consumer must not skip what came meanwhile.
  const { last_seq: last } = (await retrying('subscribing', () => manager.streams.info('EVENTS'))).state;
  let next = from === 'all' ? 1 : last + 1;
  // A number beyond all is of a store that was lost since.
  if (after !== undefined && after <= last) next = after + 1;
  const make = (): Promise<ConsumerInfo> => manager.consumers.add('EVENTS', passingConsumer(filter, next));
  const first = await retrying('subscribing', make);
  const stopping = new AbortController();
  if (untilNow && !(await retrying('subscribing', () => hasEvents(manager, filter)))) stopping.abort();

  async function handleAll(info: ConsumerInfo): Promise<void> {
    const over = new AbortController();
    const unwatch = watch(() => over.abort());
    let delivered = 0;
    try {
      for await (const message of portions(nats.jetstream().consumers.getPullConsumerFor(info), AbortSignal.any([over.signal, stopping.signal]))) {
        // One was lost on the way.
        if (message.info.deliverySequence !== (delivered += 1)) return;
        await handle(message);
        next = message.seq + 1;
        if (untilNow && message.info.pending === 0) return stopping.abort();
      }
    } finally {
      unwatch();
      // The server would keep it for a while. Not awaited: it may be away.
      void manager.consumers.delete('EVENTS', info.name).catch(() => undefined);
    }
  }

  async function run(): Promise<void> {
    for (let info = first; ; info = await retrying('subscribing', make, { forMs: Infinity, signal: stopping.signal })) {
      await handleAll(info);
      if (stopping.signal.aborted) return;
      await sleep(100);
    }
  }
  const done = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw fromNats(error, 'handling an event');
  });
  return subscription(() => stopping.abort(), done);
}

/** What a consumer has, the next portion when the last is handled, until `signal` aborts or the server has lost the consumer. */
async function* portions(consumer: Consumer, signal: AbortSignal): AsyncGenerator<JsMsg, void, undefined> {
  while (!signal.aborted) {
    const messages = await consumer.fetch({ max_messages: portion, expires: pullMs });
    const close = (): void => void messages.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      for await (const message of messages) {
        if (signal.aborted) return;
        yield message;
      }
    } catch {
      return;
    } finally {
      signal.removeEventListener('abort', close);
    }
  }
}

async function hasEvents(manager: Connection['manager'], filter: string): Promise<boolean> {
  try {
    await manager.streams.getMessage('EVENTS', { last_by_subj: filter });
    return true;
  } catch (error) {
    if ((error as NatsError).code === '404') return false;
    throw error;
  }
}

/** At least once over restarts: acked when handled, delivered again when the handler throws. */
async function durable({ nats, manager }: Connection, log: Logger, stream: 'EVENTS' | 'FEEDBACK', config: ReturnType<typeof durableConsumer>, handle: Handle): Promise<Subscription> {
  const name = config.durable_name;
  await retrying('creating a consumer', () => ensureConsumer(manager, stream, config));
  const consumer = await retrying('opening a consumer', () => nats.jetstream().consumers.get(stream, name));
  let handled = (await retrying('opening a consumer', () => consumer.info(true))).ack_floor.stream_seq;
  const messages = await retrying('subscribing', () => consumer.consume({ max_messages: 1, expires: pullMs }));
  // A server that lost the consumer, as when it was deleted by hand, gets it back: who reads on reads from there.
  const mend = async (): Promise<void> => {
    for await (const { type } of await messages.status()) {
      if (type !== ConsumerEvents.ConsumerNotFound) continue;
      log.warn({ stream, consumer: name }, 'the server has lost a consumer: it is made again');
      const goOn = handled === 0 ? config : { ...config, deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: handled + 1 };
      await ensureConsumer(manager, stream, goOn).catch((error: unknown) => log.warn({ err: error, consumer: name }, 'could not make a consumer again'));
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
  // Not awaited itself: it settles only if the loop over the messages ends by it.
  return subscription(() => void messages.close(), run());
}

export async function subscribeEvents(
  connection: Connection,
  log: Logger,
  { runId, from = 'new', durable: name, ...where }: EventFilter,
  handler: (event: StageEvent, number: number) => void | Promise<void>,
): Promise<Subscription> {
  const handle: Handle = async (message) => {
    let event: StageEvent;
    try {
      event = decode(StageEvent, message.data);
    } catch (error) {
      log.error({ err: error, subject: message.subject }, 'a message among the events is none');
      return;
    }
    await withSpan('handle event', { kind: 'consumer', from: traceOf(message.headers) }, async () => handler(event, message.seq));
  };
  const filter = subjects.events(runId);
  return name === undefined ? ordered(connection, filter, { from, ...where }, handle) : durable(connection, log, 'EVENTS', durableConsumer(name, filter, from), handle);
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
  return durable(connection, log, 'FEEDBACK', durableConsumer(name, subjects.feedback('*'), 'all'), async (message) => {
    const kind = message.subject.split('.').at(-1) ?? '';
    if (kind in feedbackTypes) await pass(kind as keyof Feedback, message);
  });
}
