import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { metricsPage } from './metrics-page.ts';
import { explain, metricSections } from './metrics.ts';
import { stageKinds } from './spec/kinds.ts';

it('docs/metrics.md holds the table (npm run page -w @minchat/config)', async () => {
  expect(await readFile(new URL('../../../docs/metrics.md', import.meta.url), 'utf8')).toBe(metricsPage());
});

it('a metric is explained as its kind of stage means it', () => {
  expect(explain('reward', 'loss')?.text).toMatch(/^−log σ\(r_better/);
  expect(explain('sft', 'loss')?.text).toMatch(/^Mean cross-entropy/);
  expect(explain('ppo', 'loss')?.text).toMatch(/^−log σ\(reward of the chosen/);
  expect(explain('evaluate', 'lr')?.text).toBe('Learning rate');
  expect(explain('ppo', 'rewards/letters/std')?.text).toMatch(/^Standard deviation of the scores/);
  expect(explain('data', 'dropped/near_duplicate')?.text).toBe('Prompts that the rules took out for this reason');
  expect(explain('reward', 'eval_accuracy_k4')).toEqual({ text: 'Accuracy on rankings of so many answers, on the validation split', isOfValidation: false });
});

it('what is told of the validation split is explained by what it is without `eval_`, and what is not ours not at all', () => {
  expect(explain('reward', 'eval_margin')).toEqual({ text: 'Mean of r_better − r_worse over all pairs', isOfValidation: true });
  expect(explain('ppo', 'eval_rewards/margins')).toEqual({ text: 'rewards/chosen − rewards/rejected', isOfValidation: true });
  expect([explain('ppo', 'mine'), explain('ppo', 'winRate'), explain('sft', 'constructor')]).toEqual([undefined, undefined, undefined]);
});

it('tells no metric twice to one kind of stage, and of kinds that there are', () => {
  const told = metricSections.flatMap(({ kinds, metrics }) => (kinds.length === 0 ? Object.keys(stageKinds) : kinds).flatMap((kind) => Object.keys(metrics).map((name) => `${kind} ${name}`)));
  expect(told.filter((one, i) => told.indexOf(one) !== i)).toEqual([]);
  expect(metricSections.flatMap(({ kinds }) => kinds).filter((kind) => !(kind in stageKinds))).toEqual([]);
});
