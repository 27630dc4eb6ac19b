import { type StageEvent } from '@minchat/contracts';
import { startTracing, traceId, withSpan } from '@minchat/telemetry';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBus } from './test-bus.ts';
import { startNatsServer, type TestNats } from './testing.ts';
import type { Bus } from './types.ts';

let nats: TestNats;
let bus: Bus;
const tracing = startTracing('test');
beforeAll(async () => {
  nats = await startNatsServer();
  bus = await testBus(nats.url);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
  await tracing.shutdown();
});

const progress = (runId: string, step: number) => ({ runId, jobId: 'j', stage: 'sft', progress: { step, totalSteps: 9 } });

/** Collects what a handler is given and lets a test await the n-th. */
function collector<T>(): { all: T[]; add: (item: T) => void; until: (count: number) => Promise<void> } {
  const all: T[] = [];
  return {
    all,
    add: (item) => void all.push(item),
    until: (count) => expect.poll(() => all.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count),
  };
}

describe('events', () => {
  it('come in order, filtered by run, old ones if asked for', async () => {
    for (const step of [1, 2]) await bus.publishEvent(progress('a', step));
    await bus.publishEvent(progress('b', 1));
    const seen = collector<StageEvent>();
    const subscription = await bus.subscribeEvents({ runId: 'a', from: 'all' }, seen.add);
    await seen.until(2);
    await bus.publishEvent(progress('b', 2));
    await bus.publishEvent(progress('a', 3));
    await seen.until(3);
    expect(seen.all.map((event) => event.progress?.step)).toEqual([1, 2, 3]);
    expect(seen.all[0]?.atMs).toBeGreaterThan(0);
    await subscription.stop();
    await subscription.done;
  });

  it('stay with the server until they are handled, be it slowly, and come all and in order', async () => {
    const steps = Array.from({ length: 1500 }, (_, step) => step);
    await Promise.all(steps.map((step) => bus.publishEvent({ ...progress('slow', step), eventId: `slow-${step}` })));
    const raw = await connect({ servers: nats.url });
    const manager = await raw.jetstreamManager();
    const waiting = async (): Promise<number> => (await manager.consumers.list('EVENTS').next()).find(({ config }) => config.filter_subject === 'events.slow.*.*')?.num_pending ?? 0;
    const seen = collector<StageEvent>();
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
    const subscription = await bus.subscribeEvents({ runId: 'slow', from: 'all' }, async (event) => {
      seen.add(event);
      await room;
    });
    await seen.until(1);
    // Time in which all of them could have come.
    for (let i = 0; i < 20; i += 1) expect(await waiting()).toBeGreaterThan(1000);
    expect(seen.all).toHaveLength(1);
    makeRoom();
    await seen.until(steps.length);
    expect(seen.all.map((event) => event.eventId).toSorted()).toEqual(steps.map((step) => `slow-${step}`).toSorted());
    await subscription.stop();
    await raw.close();
  });

  it('are not handled any more once the subscription is stopped', async () => {
    for (let step = 0; step < 5; step += 1) await bus.publishEvent(progress('stopped', step));
    const seen = collector<StageEvent>();
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
    const subscription = await bus.subscribeEvents({ runId: 'stopped', from: 'all' }, async (event) => {
      seen.add(event);
      await room;
    });
    await seen.until(1);
    const stopped = subscription.stop();
    makeRoom();
    await stopped;
    expect(seen.all).toHaveLength(1);
  });

  it('end behind those that there are, if asked for, and at once where there are none', async () => {
    for (const step of [1, 2, 3]) await bus.publishEvent(progress('past', step));
    const seen: unknown[] = [];
    for (const runId of ['past', 'nothing']) await (await bus.subscribeEvents({ runId, from: 'all', untilNow: true }, (event) => void seen.push(event.progress?.step))).done;
    expect(seen).toEqual([1, 2, 3]);
  });

  it('of one id are stored once, and for good with `once`', async () => {
    const event = { ...progress('once', 1), eventId: 'job-completed' };
    await bus.publishEvent(event);
    await bus.publishEvent(event);
    const final = { ...progress('once', 2), eventId: 'job-final' };
    await bus.publishEvent(final, { once: true });
    await bus.publishEvent(final, { once: true });
    const raw = await connect({ servers: nats.url });
    const marks = await raw.jetstream().views.kv('published');
    expect((await marks.get('event.job-final'))?.string()).toBe('events.once.sft.progress');
    const manager = await raw.jetstreamManager();
    const info = await manager.streams.info('EVENTS', { subjects_filter: 'events.once.>' });
    expect(info.state.subjects).toEqual({ 'events.once.sft.progress': 2 });
    await raw.close();
  });

  it('reach a durable subscriber that was away, and again when its handler failed', async () => {
    const seen = collector<number>();
    const first = await bus.subscribeEvents({ runId: 'd', durable: 'coordinator', from: 'all' }, (event) => seen.add(event.progress?.step ?? 0));
    await bus.publishEvent(progress('d', 1));
    await seen.until(1);
    await first.stop();
    for (const step of [2, 3]) await bus.publishEvent(progress('d', step));
    let failed = false;
    const second = await bus.subscribeEvents({ runId: 'd', durable: 'coordinator', from: 'all' }, (event) => {
      if (!failed) {
        failed = true;
        throw new Error('the database is away');
      }
      seen.add(event.progress?.step ?? 0);
    });
    await seen.until(3);
    expect(seen.all).toEqual([1, 2, 3]);
    await second.stop();
  });

  it('carry the trace on', async () => {
    const seen = collector<string | undefined>();
    const subscription = await bus.subscribeEvents({ runId: 't' }, () => seen.add(traceId()));
    const trace = await withSpan('test', {}, async () => {
      await bus.publishEvent(progress('t', 1));
      return traceId();
    });
    await seen.until(1);
    expect(seen.all).toEqual([trace]);
    await subscription.stop();
  });

  it('survive a restart of the server, and so does their subscriber', async () => {
    const seen = collector<number>();
    const subscription = await bus.subscribeEvents({ runId: 'r', from: 'all' }, (event) => seen.add(event.progress?.step ?? 0));
    const durable = collector<number>();
    const second = await bus.subscribeEvents({ runId: 'r', from: 'all', durable: 'restart' }, (event) => durable.add(event.progress?.step ?? 0));
    await bus.publishEvent(progress('r', 1));
    await seen.until(1);
    await nats.kill();
    const published = bus.publishEvent(progress('r', 2));
    await nats.start();
    await published;
    await expect.poll(() => seen.all, { timeout: 25_000 }).toEqual([1, 2]);
    // At least once: the killed server may have forgotten that the first was acked.
    await expect.poll(() => durable.all.at(-1), { timeout: 25_000 }).toBe(2);
    expect([[1, 2], [1, 1, 2]]).toContainEqual(durable.all);
    await Promise.all([subscription.stop(), second.stop()]);
  }, 60_000);

  it('reach a durable subscriber whose consumer the server has lost, those of meanwhile too, none again', async () => {
    const seen = collector<number>();
    const subscription = await bus.subscribeEvents({ runId: 'l', from: 'all', durable: 'lost' }, (event) => seen.add(event.progress?.step ?? 0));
    await bus.publishEvent(progress('l', 1));
    await seen.until(1);
    const raw = await connect({ servers: nats.url });
    await (await raw.jetstreamManager()).consumers.delete('EVENTS', 'lost');
    await raw.close();
    await bus.publishEvent(progress('l', 2));
    await expect.poll(() => seen.all, { timeout: 30_000 }).toEqual([1, 2]);
    await subscription.stop();
  }, 60_000);
});

describe('feedback', () => {
  it('reaches its handler by kind; what is none goes to DLQ', async () => {
    const seen = collector<string>();
    const raw = await connect({ servers: nats.url });
    await raw.jetstream().publish('feedback.prompt', new Uint8Array([9, 9]));
    await bus.publishFeedback('prompt', { promptId: 'p1', messages: [{ role: 'user', content: 'hi' }] });
    await bus.publishFeedback('prompt', { promptId: 'p1', messages: [{ role: 'user', content: 'hi' }] });
    await bus.publishFeedback('ranking', { rankingId: 'r1', promptId: 'p1', answers: [{ text: 'a' }, { text: 'b', rank: 1 }] });
    const subscription = await bus.consumeFeedback('prompt-store', {
      prompt: async (message) => seen.add(`prompt ${message.promptId}`),
      demonstration: async () => seen.add('demonstration'),
      ranking: async (message) => seen.add(`ranking ${message.answers.length}`),
    });
    await seen.until(2);
    expect(seen.all).toEqual(['prompt p1', 'ranking 2']);
    const manager = await raw.jetstreamManager();
    expect((await manager.streams.getMessage('DLQ', { last_by_subj: 'dlq.feedback' })).header.get('Mc-Error')).toContain('PromptSubmitted');
    await raw.close();
    await subscription.stop();
  });
});
