// docs/runs.md: its specs run as they stand, and its metrics are those that stages tell; docs/training.md explains them all.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, startSystem, type System } from './system.ts';

interface Reported {
  run: string;
  status: string;
  stages: { stage: string; kind: string; metrics: Record<string, number> }[];
}

let page: string;
let specs: string[];
/** What a metric is called on the page that explains them; `kept/<split>` stands for each of them. */
let explained: RegExp[];
let first: Reported;
let system: System;
beforeAll(async () => {
  page = await readFile(join(root, 'docs/runs.md'), 'utf8');
  specs = Array.from(page.matchAll(/```yaml\n([^]*?)```/g), ([, spec = '']) => spec);
  const names = Array.from((await readFile(join(root, 'docs/training.md'), 'utf8')).matchAll(/`([^`\n]+)`/g), ([, name = '']) => name);
  explained = names.map((name) => new RegExp(`^${name.split(/<\w+>/).map((part) => RegExp.escape(part)).join('\\w+')}$`));
  system = await startSystem();
});
afterAll(() => system?.stop());

const run = async (name: string, spec: string): Promise<Reported> => {
  await writeFile(join(system.home, `${name}.yaml`), spec);
  const { code, stderr } = await system.minchat('run', `${name}.yaml`, '--report', `${name}.json`);
  expect([code, stderr]).toEqual([0, '']);
  const reported = JSON.parse(await readFile(join(system.home, `${name}.json`), 'utf8')) as Reported;
  const told = reported.stages.flatMap(({ metrics }) => Object.keys(metrics));
  expect(told.length).toBeGreaterThan(50);
  // What is told of the validation split stands there without `eval_`, too.
  expect(told.filter((metric) => !explained.some((pattern) => pattern.test(metric) || pattern.test(metric.replace(/^eval_/, ''))))).toEqual([]);
  return reported;
};

it('has a spec that runs: DPO, best of n, inputs and gates', async () => {
  first = await run('page', specs[0] ?? '');
  const { status, stages } = first;
  expect(status).toBe('completed');
  const told = (name: string) => Object.keys(stages.find(({ stage }) => stage === name)?.metrics ?? {});
  expect(told('dpo')).toEqual(expect.arrayContaining(['eval_loss', 'eval_rewards/accuracies', 'eval_rewards/margins']));
  expect(told('best')).toContain('objective/best_scores');
  expect(told('evaluate')).not.toContain('perplexityBase');
});

it('has one for a second round, which takes what the first has made', async () => {
  const { status, stages } = await run('second', (specs[1] ?? '').replaceAll('RUN/', `${first.run}/`));
  expect(status).toBe('completed');
  const metricsOf = (from: readonly { stage: string; metrics: Record<string, number> }[]) => from.find(({ stage }) => stage === 'rank')?.metrics ?? {};
  expect(metricsOf(stages)['rankedBefore']).toBeGreaterThan(0);
  expect(metricsOf(stages)['comparisons']).toBe((metricsOf(stages)['rankedBefore'] ?? 0) + 64);
  expect(metricsOf(stages)['rankedBefore']).toBe(metricsOf(first.stages)['comparisons']);
});

it('names metrics that each kind of stage tells', async () => {
  const { stages } = await run('tiny', await readFile(join(root, 'examples/tiny.yaml'), 'utf8'));
  const table = page.slice(page.indexOf('| metrics worth a gate |'), page.indexOf('## Step 3'));
  expect(stages).toHaveLength(8);
  for (const { kind, metrics } of stages) {
    const [, row = ''] = new RegExp(`^\\| \`${kind}\` \\| (.*) \\|$`, 'm').exec(table) ?? [];
    const names = [...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    expect(names, kind).not.toEqual([]);
    expect(Object.keys(metrics), kind).toEqual(expect.arrayContaining(names));
  }
});
