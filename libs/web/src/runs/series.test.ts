import { expect, it } from 'vitest';
import { chartsOf, otherCharts } from './series.ts';

const points = [{ step: 1, metrics: { loss: 3, 'perf/tokens_per_second': 10 } }, { step: 2, metrics: { loss: 2, eval_loss: 2.5, unknown: 1 } }];

it('draws what there is, and a second run beside it', () => {
  expect(chartsOf(points)).toEqual([
    { title: 'Loss', steps: [1, 2], lines: [{ label: 'loss', values: [3, 2], color: 0, dashes: 0 }, { label: 'eval_loss', values: [null, 2.5], color: 1, dashes: 0 }] },
    { title: 'Tokens per second', steps: [1], lines: [{ label: 'perf/tokens_per_second', values: [10], color: 0, dashes: 0 }] },
  ]);
  const [loss] = chartsOf(points.slice(0, 1), [{ name: 'b', points: [{ step: 5, metrics: { loss: 1 } }] }]);
  expect(loss).toEqual({ title: 'Loss', steps: [1, 5], lines: [{ label: 'loss', values: [3, null], color: 0, dashes: 0 }, { label: 'loss · b', values: [null, 1], color: 1, dashes: 0 }] });
  expect(chartsOf([])).toEqual([]);
});

it('no two lines of several runs look the same, and a run looks the same in every chart', () => {
  const others = ['b', 'c', 'd'].map((name) => ({ name, points }));
  const lines = chartsOf(points, others).flatMap((chart) => chart.lines.map(({ label, color, dashes }) => ({ chart: chart.title, run: label.split(' · ')[1] ?? '', looks: `${color} ${dashes}`, color })));
  expect(new Set(lines.map(({ chart, looks }) => `${chart} ${looks}`)).size).toBe(lines.length);
  expect(new Set(lines.map(({ run, color }) => `${run} ${color}`)).size).toBe(4);
});

it('leaves no metric out: those on no chart of several have one each', () => {
  expect(otherCharts(points)).toEqual([{ title: 'unknown', metrics: ['unknown'] }]);
  expect(chartsOf(points, [], otherCharts(points))).toEqual([{ title: 'unknown', steps: [2], lines: [{ label: 'unknown', values: [1], color: 0, dashes: 0 }] }]);
});
