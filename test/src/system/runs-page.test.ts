// docs/runs.md: its specs run as they stand, and its metrics are those that stages tell, each of which is explained.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '@minchat/config/metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, startSystem, type System } from './system.ts';

interface Reported {
  run: string;
  status: string;
  stages: { stage: string; kind: string; metrics: Record<string, number> }[];
}

let page: string;
let specs: string[];
let first: Reported;
let system: System;
beforeAll(async () => {
  page = await readFile(join(root, 'docs/runs.md'), 'utf8');
  specs = Array.from(page.matchAll(/```yaml\n([^]*?)```/g), ([, spec = '']) => spec);
  system = await startSystem();
});
afterAll(() => system?.stop());

const run = async (name: string, spec: string): Promise<Reported> => {
  await writeFile(join(system.home, `${name}.yaml`), spec);
  const { code, stderr } = await system.minchat('run', `${name}.yaml`, '--report', `${name}.json`);
  expect([code, stderr]).toEqual([0, '']);
  const reported = JSON.parse(await readFile(join(system.home, `${name}.json`), 'utf8')) as Reported;
  const told = reported.stages.flatMap(({ kind, metrics }) => Object.keys(metrics).map((metric) => ({ kind, metric })));
  expect(told.filter(({ kind, metric }) => explain(kind, metric) === undefined)).toEqual([]);
  return reported;
};

const metricsOf = ({ stages }: Reported, name: string) => stages.find(({ stage }) => stage === name)?.metrics ?? {};

it('has a spec that runs: DPO, best of n, inputs and gates', async () => {
  first = await run('page', specs[0] ?? '');
  expect(first.status).toBe('completed');
  const told = (name: string) => Object.keys(metricsOf(first, name));
  expect(told('dpo')).toEqual(expect.arrayContaining(['eval_loss', 'eval_rewards/accuracies', 'eval_rewards/margins']));
  expect(told('best')).toContain('objective/best_answers');
  expect(told('evaluate')).not.toContain('perplexityBase');
});

it('has one for a second round, which takes what the first has made', async () => {
  const second = await run('second', (specs[1] ?? '').replaceAll('RUN/', `${first.run}/`));
  expect(second.status).toBe('completed');
  const { comparisons, rankedBefore = 0 } = metricsOf(second, 'rank');
  expect(rankedBefore).toBe(metricsOf(first, 'rank')['comparisons']);
  expect(comparisons).toBe(rankedBefore + 64);
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
