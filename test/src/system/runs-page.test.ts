// docs/runs.md: its spec runs as it stands, and its metrics are those that stages tell.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, startSystem, type System } from './system.ts';

interface Reported {
  status: string;
  stages: { stage: string; kind: string; metrics: Record<string, number> }[];
}

let page: string;
let system: System;
beforeAll(async () => {
  page = await readFile(join(root, 'docs/runs.md'), 'utf8');
  system = await startSystem();
});
afterAll(() => system?.stop());

const run = async (name: string, spec: string): Promise<Reported> => {
  await writeFile(join(system.home, `${name}.yaml`), spec);
  const { code, stderr } = await system.minchat('run', `${name}.yaml`, '--report', `${name}.json`);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(await readFile(join(system.home, `${name}.json`), 'utf8')) as Reported;
};

it('has a spec that runs: DPO, best of n, inputs and gates', async () => {
  const { status, stages } = await run('page', /```yaml\n([^]*?)```/.exec(page)?.[1] ?? '');
  expect(status).toBe('completed');
  const told = (name: string) => Object.keys(stages.find(({ stage }) => stage === name)?.metrics ?? {});
  expect(told('dpo')).toEqual(expect.arrayContaining(['eval_loss', 'eval_rewards/accuracies', 'eval_rewards/margins']));
  expect(told('best')).toContain('objective/best_scores');
  expect(told('evaluate')).not.toContain('perplexityBase');
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
