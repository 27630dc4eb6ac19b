import { expect, it } from 'vitest';
import { chartsOf, csvOf, otherCharts, smoothed } from './series.ts';

const points = [{ step: 1, metrics: { loss: 3, 'perf/tokens_per_second': 10 } }, { step: 2, metrics: { loss: 2, eval_loss: 2.5, unknown: 1 } }];

it('draws what there is, and a second run beside it', () => {
  expect(chartsOf(points)).toEqual([
    { title: 'Loss', metrics: ['loss', 'eval_loss'], steps: [1, 2], lines: [{ label: 'loss', values: [3, 2], color: 0, dashes: 0 }, { label: 'eval_loss', values: [null, 2.5], color: 1, dashes: 0 }] },
    { title: 'Tokens per second', metrics: ['perf/tokens_per_second'], steps: [1], lines: [{ label: 'perf/tokens_per_second', values: [10], color: 0, dashes: 0 }] },
  ]);
  const [loss] = chartsOf(points.slice(0, 1), [{ name: 'b', points: [{ step: 5, metrics: { loss: 1 } }] }]);
  expect(loss).toEqual({ title: 'Loss', metrics: ['loss'], steps: [1, 5], lines: [{ label: 'loss', values: [3, null], color: 0, dashes: 0 }, { label: 'loss · b', values: [null, 1], color: 1, dashes: 0 }] });
  expect(chartsOf([])).toEqual([]);
});

it('what is a share of what is right is on a chart of its own: it is no reward', () => {
  const told = { mean_token_accuracy: 0.5, 'rewards/accuracies': 0.6, 'rewards/margins': 40 };
  expect(chartsOf([{ step: 1, metrics: told }]).map(({ title, metrics }) => [title, ...metrics])).toEqual([['Reward', 'rewards/margins'], ['Accuracy', 'rewards/accuracies', 'mean_token_accuracy']]);
});

it('no two lines of several runs look the same, and a run looks the same in every chart', () => {
  const others = ['b', 'c', 'd'].map((name) => ({ name, points }));
  const lines = chartsOf(points, others).flatMap((chart) => chart.lines.map(({ label, color, dashes }) => ({ chart: chart.title, run: label.split(' · ')[1] ?? '', looks: `${color} ${dashes}`, color })));
  expect(new Set(lines.map(({ chart, looks }) => `${chart} ${looks}`)).size).toBe(lines.length);
  expect(new Set(lines.map(({ run, color }) => `${run} ${color}`)).size).toBe(4);
});

it('leaves no metric out: those on no chart of several have one each', () => {
  expect(otherCharts(points)).toEqual([{ title: 'unknown', metrics: ['unknown'] }]);
  expect(chartsOf(points, [], otherCharts(points))).toEqual([{ title: 'unknown', metrics: ['unknown'], steps: [2], lines: [{ label: 'unknown', values: [1], color: 0, dashes: 0 }] }]);
});

it('smooths without a lag at the beginning, and passes over what is missing', () => {
  expect(smoothed([2, null, 4], 0.5)).toEqual([2, null, (0.5 * 2 + 4) / 1.5]);
  expect(smoothed([3, 3, 3], 0.99).map((value) => value?.toFixed(9))).toEqual(['3.000000000', '3.000000000', '3.000000000']);
  expect(smoothed([1, 5], 0)).toEqual([1, 5]);
});

it('is saved as a table of all metrics of all runs', () => {
  expect(csvOf([{ name: 'a', points }, { name: 'b', points: [{ step: 5, metrics: { 'x "y"': 1e-7 } }] }]).split('\r\n')).toEqual([
    '"run","step","eval_loss","loss","perf/tokens_per_second","unknown","x ""y"""', '"a",1,,3,10,,', '"a",2,2.5,2,,1,', '"b",5,,,,,1e-7', '',
  ]);
});
