import { formatRunSpec, parseRunSpec } from '@minchat/config';
import { describe, expect, it } from 'vitest';
import { stageState, stageStatuses } from './machine.ts';
import { newRun, planFork, seedOf } from './run.ts';

const spec = parseRunSpec('name: f\nstages:\n  data:\n  pretrain:\n  sft: { settings: { epochs: 2, lr: 1 } }\n  sample:\n');

function finished(...names: string[]) {
  const run = newRun(spec, 'f-1', 5);
  return {
    ...run,
    stages: run.stages.map((stage) =>
      names.includes(stage.stage) ? { ...stage, status: stageStatuses.completed, result: { outputs: [], metrics: [] } } : stage,
    ),
  };
}

describe('planFork', () => {
  it('takes over what is before the stage and done, and changes settings from there', () => {
    const { spec: forked, taken } = planFork(finished('data', 'pretrain', 'sft'), 'sft', '{"sft":{"lr":3}}');
    expect([...taken.keys()]).toEqual(['data', 'pretrain']);
    expect(forked.stages[2]?.settings).toEqual({ epochs: 2, lr: 3 });
    // Key by key, as for a run.
    const { spec: deep } = planFork(finished('data', 'pretrain'), 'sft', '{"sft":{"model":{"a":1,"b":2}}}');
    const nested = { ...finished('data', 'pretrain'), specJson: formatRunSpec(deep) };
    expect(planFork(nested, 'sft', '{"sft":{"model":{"b":3}}}').spec.stages[2]?.settings).toMatchObject({ model: { a: 1, b: 3 } });
    // Or in place of what the stage had; other stages keep theirs.
    expect(planFork(nested, 'pretrain', '{"sft":{"lr":3}}', true).spec.stages.map(({ settings }) => settings)).toEqual([{}, {}, { lr: 3 }, {}]);
    const run = newRun(forked, 'f-2', 6, { taken, forkedFrom: 'f-1' });
    expect(run.stages.map(stageState)).toEqual(['completed', 'completed', 'waiting', 'waiting']);
    expect(run.stages.map(({ jobId }) => jobId)).toEqual(['f-1_data', 'f-1_pretrain', 'f-2_sft', 'f-2_sample']);
    expect(run.forkedFrom).toBe('f-1');
  });

  it.each([
    ['sfd', '', 'MC_NOT_FOUND', 'did you mean "sft"?'],
    ['sft', '{"smaple":{}}', 'MC_NOT_FOUND', 'did you mean "sample"?'],
    ['sft', '{"data":{"n":1}}', 'MC_CONFLICT', 'stage data does not come after sft'],
    ['sft', '{"sft":3}', 'MC_USAGE', 'expected the settings of sft as an object'],
  ])('from %s with %s is %s', (from, settings, code, message) => {
    expect(() => planFork(finished('data'), from, settings)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});

describe('seedOf', () => {
  it('differs by stage and run seed, and is the same each time', () => {
    const seeds = [seedOf(spec, 'sft'), seedOf(spec, 'ppo'), seedOf({ ...spec, seed: 2 }, 'sft')];
    expect(new Set(seeds).size).toBe(3);
    expect(seedOf(spec, 'sft')).toBe(seeds[0]);
  });
});
