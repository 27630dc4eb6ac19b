import { expect, it } from 'vitest';
import { chartsOf } from './series.ts';

it('draws what there is, and a second run beside it', () => {
  const points = [{ step: 1, metrics: { loss: 3, 'perf/tokens_per_second': 10 } }, { step: 2, metrics: { loss: 2, eval_loss: 2.5, unknown: 1 } }];
  expect(chartsOf(points)).toEqual([
    { title: 'Loss', steps: [1, 2], lines: [{ label: 'loss', values: [3, 2] }, { label: 'eval_loss', values: [null, 2.5] }] },
    { title: 'Tokens per second', steps: [1], lines: [{ label: 'perf/tokens_per_second', values: [10] }] },
  ]);
  const [loss] = chartsOf(points.slice(0, 1), [{ name: 'b', points: [{ step: 5, metrics: { loss: 1 } }] }]);
  expect(loss).toEqual({ title: 'Loss', steps: [1, 5], lines: [{ label: 'loss', values: [3, null] }, { label: 'loss · b', values: [null, 1] }] });
  expect(chartsOf([])).toEqual([]);
});
