import type { Init, StageEvent } from '@minchat/contracts';
import { createLogger, createMetrics } from '@minchat/telemetry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createProgressSink } from './progress.ts';

const events: Init<StageEvent>[] = [];
const newSink = () => createProgressSink(async (event) => void events.push(event), 'sft', createMetrics('test'), createLogger('test', { level: 'silent' }));

beforeEach(() => {
  events.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('publishes the latest of each second, and of a stage of days so much that it can be kept and shown', async () => {
  const sink = newSink();
  const days = 3 * 86_400;
  for (let step = 1; step <= days; step += 1) {
    sink.report({ step, totalSteps: days });
    await vi.advanceTimersByTimeAsync(1000);
  }
  await sink.flush();
  expect(events.slice(0, 3).map(({ progress }) => progress?.step)).toEqual([1, 2, 3]);
  expect(events.at(-1)?.progress?.step).toBe(days);
  expect(events.length).toBeLessThan(30_000);
});

it('publishes nothing that says the same again, as of a stage that waits for people', async () => {
  const sink = newSink();
  for (let poll = 0; poll < 100; poll += 1) {
    sink.report({ step: 1, totalSteps: 5, message: poll < 50 ? 'waiting for 4' : 'still waiting', waiting: true });
    await vi.advanceTimersByTimeAsync(1000);
  }
  await sink.flush();
  expect(events.map(({ progress }) => progress?.message)).toEqual(['waiting for 4', 'still waiting']);
});

it('publishes what is told once in many steps, however many come after it in the same second', async () => {
  const sink = newSink();
  for (let step = 1; step <= 100; step += 1) {
    const isEvaluated = step % 20 === 3 || step === 99;
    sink.report({ step, totalSteps: 100, metrics: { loss: step, ...(isEvaluated ? { eval_loss: step } : {}) }, ...(isEvaluated ? { samples: [`of ${step}`] } : {}) });
    await vi.advanceTimersByTimeAsync(200);
  }
  sink.report({ step: 100, totalSteps: 100, message: 'saving' });
  await sink.flush();
  const evaluated = events.filter(({ progress }) => progress?.metrics?.some((metric) => metric?.name === 'eval_loss'));
  expect(evaluated.map(({ progress }) => [progress?.step, progress?.samples])).toEqual([3, 23, 43, 63, 83, 99].map((step) => [step, [`of ${step}`]]));
  expect(events.map(({ progress }) => progress?.step ?? 0)).toEqual(events.map(({ progress }) => progress?.step ?? 0).toSorted((a, b) => a - b));
  expect(events.at(-1)?.progress?.message).toBe('saving');
  expect(events.length).toBeLessThan(30);
});
