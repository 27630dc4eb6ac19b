import { expect, it } from 'vitest';
import { addEvents, noHistory, timeLeft, type RunEvent } from './run-events.ts';

const progress = (step: number, more: Partial<RunEvent> = {}): RunEvent => ({ run: 'r', stage: 'sft', at: step, kind: 'progress', step, totalSteps: 9, metrics: { loss: 1 / step }, ...more });

it('keeps the steps of a stage in order, and those done again once', () => {
  const first = addEvents(noHistory, [progress(1), progress(2), progress(3)]);
  const second = addEvents(first, [{ run: 'r', stage: 'sft', at: 4, kind: 'started' }, progress(2, { metrics: { loss: 7 } })]);
  expect(second.points['sft']).toEqual([{ step: 1, metrics: { loss: 1 } }, { step: 2, metrics: { loss: 7 } }]);
  // What is drawn already is not changed under it.
  expect(first.points['sft']).toHaveLength(3);
  expect(second.news.map((event) => event.kind)).toEqual(['started']);
});

it('keeps the latest lines that stages logged', () => {
  const lines = Array.from({ length: 600 }, (_, i) => ({ at: i, level: 'info', message: `line ${i}`, fields: '' }));
  const history = addEvents(noHistory, [{ run: 'r', stage: 'sft', at: 1, kind: 'logged', lines }]);
  expect(history.lines).toHaveLength(500);
  expect(history.lines.at(-1)).toEqual({ stage: 'sft', at: 599, level: 'info', message: 'line 599', fields: '' });
  expect(history.news).toEqual([]);
});

it('keeps the latest samples, and the state of each stage', () => {
  const events = Array.from({ length: 100 }, (_, i) => progress(i + 1, { samples: [`sample ${i + 1}`], message: 'm' }));
  const { samples, live } = addEvents(noHistory, events);
  expect(samples).toHaveLength(60);
  expect(samples[0]).toEqual({ stage: 'sft', step: 100, text: 'sample 100' });
  expect(live['sft']).toMatchObject({ step: 100, totalSteps: 9, message: 'm' });
});

it('tells how long a stage still needs at its pace, which a start takes anew', () => {
  const left = (events: RunEvent[]): number | undefined => timeLeft(addEvents(noHistory, events).live['sft']!);
  expect([left([progress(1)]), left([progress(1), progress(3, { at: 5 })]), left([progress(1), progress(9)])]).toEqual([undefined, 12, undefined]);
  expect(left([progress(1, { at: 0 }), { run: 'r', stage: 'sft', at: 1000, kind: 'started' }, progress(4, { at: 1000 }), progress(5, { at: 1001 })])).toBe(4);
});
