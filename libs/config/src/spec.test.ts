import { MinchatError } from '@minchat/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRunSpec, judgeGate, parseRunSpec, stageKinds, stagesFrom } from './spec.ts';
import { parseCondition } from './spec/gate.ts';

const whole = `name: quickstart
seed: 7
stages:
  data: { settings: { source: world } }
  pretrain:
  sft: {}
  sample: { settings: { answersPerPrompt: 4 } }
  rank:
    settings: { labelers: simulated }
  reward: {}
  ppo: { plugin: '@minchat/ppo-trainer/rloo' }
  evaluate:
    gate: { stopIf: winRate < 50 % }
`;

function problem(text: string): string {
  try {
    parseRunSpec(text, 'run.yaml');
  } catch (error) {
    expect(error).toBeInstanceOf(MinchatError);
    expect((error as MinchatError).code).toBe('MC_SPEC_INVALID');
    return (error as MinchatError).message;
  }
  throw new Error('expected a problem');
}

describe('parseRunSpec', () => {
  it('wires the whole pipeline by the table', () => {
    const spec = parseRunSpec(whole);
    const inputs = Object.fromEntries(spec.stages.map((stage) => [stage.name, stage.inputs]));
    expect(spec.seed).toBe(7);
    expect(inputs['sft']).toEqual({
      model: { stage: 'pretrain', output: 'model' },
      demonstrations: { stage: 'data', output: 'demonstrations' },
      corpus: { stage: 'data', output: 'corpus' },
    });
    expect(inputs['reward']?.['comparisons']).toEqual({ stage: 'rank', output: 'comparisons' });
    expect(inputs['evaluate']).toEqual({
      sft: { stage: 'sft', output: 'model' },
      policy: { stage: 'ppo', output: 'policy' },
      reward: { stage: 'reward', output: 'reward' },
      prompts: { stage: 'data', output: 'prompts' },
      base: { stage: 'pretrain', output: 'model' },
      corpus: { stage: 'data', output: 'corpus' },
      comparisons: { stage: 'rank', output: 'comparisons' },
    });
    expect(spec.stages.at(-1)?.stopIf).toEqual([{ metric: 'winRate', operator: '<', value: 0.5 }]);
  });

  it('takes the nearest earlier maker, and what is given before it', () => {
    const spec = parseRunSpec(`
name: rounds
stages:
  data:
  pretrain:
  sft:
  more: { kind: sft, inputs: { model: sft.model } }
  sample: { inputs: { model: sft.model } }
  second: { kind: sample }
`);
    const byName = new Map(spec.stages.map((stage) => [stage.name, stage]));
    expect(byName.get('more')?.inputs['model']).toEqual({ stage: 'sft', output: 'model' });
    expect(byName.get('sample')?.inputs['model']).toEqual({ stage: 'sft', output: 'model' });
    expect(byName.get('second')?.inputs['model']).toEqual({ stage: 'more', output: 'model' });
  });

  it('takes artifacts from elsewhere and leaves optional inputs open', () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    const spec = parseRunSpec(`
name: from-elsewhere
stages:
  data:
  sft: { inputs: { model: 'artifact:${digest}' } }
  ppo: { inputs: { corpus: null, reward: 'artifact:${digest}' } }
`);
    expect(spec.stages[1]?.inputs['model']).toEqual({ artifact: digest, kind: 'model' });
    expect(spec.stages[2]?.inputs['reward']).toEqual({ artifact: digest, kind: 'reward-model' });
    expect(spec.stages[2]?.openInputs).toEqual(['corpus']);
  });

  it('needs no reward model where reward functions pay or judge', () => {
    const functions = 'settings: { rewardFunctions: [{ plugin: a }] }';
    const spec = parseRunSpec(`name: a\nstages:\n  data:\n  pretrain:\n  sft:\n  ppo: { ${functions} }\n  evaluate: { ${functions}, inputs: { reward: null } }\n`);
    expect(spec.stages.slice(3).map(({ openInputs }) => openInputs.includes('reward'))).toEqual([true, true]);
    const both = parseRunSpec(`name: a\nstages:\n  data:\n  pretrain:\n  sft:\n  reward:\n  ppo: { ${functions} }\n`);
    expect(both.stages.at(-1)?.inputs['reward']).toEqual({ stage: 'reward', output: 'reward' });
    expect(parseRunSpec(formatRunSpec(spec))).toEqual(spec);
  });

  it('takes outputs of other runs', () => {
    const spec = parseRunSpec('name: again\nstages:\n  data:\n  sample: { inputs: { model: first-1a2b3c4d/ppo.policy } }\n');
    expect(spec.stages[1]?.inputs['model']).toEqual({ run: 'first-1a2b3c4d', from: 'ppo', output: 'policy', type: 'model' });
    expect(JSON.parse(formatRunSpec(spec))).toMatchObject({ stages: { sample: { inputs: { model: 'first-1a2b3c4d/ppo.policy' } } } });
  });

  it.each([
    ['a misspelt key', 'name: a\nstages:\n  data:\n    setings: {}\n', 'run.yaml:4:5: unknown key "setings"; did you mean "settings"?'],
    ['a misspelt top key', 'name: a\nsede: 3\nstages: { data: }\n', 'run.yaml:2:1: unknown key "sede"; did you mean "seed"?'],
    ['an unknown kind by name', 'name: a\nstages:\n  pretrian: {}\n', 'run.yaml:3:3: expected a known kind of stage, found "pretrian"; did you mean "pretrain"?'],
    ['an unknown kind', 'name: a\nstages:\n  mine: { kind: prepare }\n', 'run.yaml:3:17: expected a known kind of stage, found "prepare"'],
    ['an unknown stage', 'name: a\nstages:\n  data:\n  pretrain: { inputs: { corpus: dtaa.corpus } }\n', 'run.yaml:4:33: "dtaa.corpus" names no stage of this run; did you mean "data"?'],
    ['an unknown output', 'name: a\nstages:\n  data:\n  pretrain: { inputs: { corpus: data.corpse } }\n', 'stage data (data) makes no "corpse"; did you mean "corpus"?'],
    ['an output of another type', 'name: a\nstages:\n  data:\n  pretrain: { inputs: { corpus: data.prompts } }\n', 'expected a dataset:text, found data.prompts, a dataset:prompts'],
    ['an unknown input', 'name: a\nstages:\n  data:\n  pretrain: { inputs: { corpsu: data.corpus } }\n', 'a pretrain stage takes no input "corpsu"; did you mean "corpus"?'],
    ['a missing maker', 'name: a\nstages:\n  data:\n  sft:\n', 'run.yaml:4:3: a stage of kind sft needs "model", and no stage before it makes one'],
    ['a reward that nothing pays', 'name: a\nstages:\n  data:\n  pretrain:\n  sft:\n  ppo:\n', 'run.yaml:6:3: a stage of kind ppo needs "reward", and no stage before it makes one (expected reward.reward, the setting rewardFunctions, or'],
    ['a needed input left open', 'name: a\nstages:\n  data:\n  pretrain: { inputs: { corpus: } }\n', 'run.yaml:4:25: a stage of kind pretrain needs its input "corpus"'],
    ['a seed that is no number', 'name: a\nseed: many\nstages: { data: }\n', 'run.yaml:2:7: seed: expected a whole number from 0 to 4294967295, found "many"'],
    ['a seed out of range', 'name: a\nseed: -1\nstages: { data: }\n', 'run.yaml:2:7: seed: expected a whole number from 0 to 4294967295, found -1'],
    ['a missing name', 'stages: { data: }\n', 'run.yaml:1:1: name: expected 1 to 40 letters, digits, - or _, found nothing'],
    ['no stages', 'name: a\nstages: {}\n', 'run.yaml:2:1: expected at least one stage'],
    ['a gate that is no condition', 'name: a\nstages:\n  data: { gate: { stopIf: winRate is bad } }\n', 'run.yaml:3:27: expected a condition like "winRate < 0.5", found "winRate is bad"'],
    ['the same key twice', 'name: a\nname: b\nstages: { data: }\n', 'run.yaml:2:1: Map keys must be unique'],
    ['broken YAML', 'name: [a\nstages: }\n', 'run.yaml:2:'],
    ['a stage name for a machine', 'name: a\nstages:\n  1: { kind: data }\n', 'run.yaml:3:3: expected a stage name'],
    ['a text', 'hello', 'run.yaml:1:1: expected a spec with name, seed and stages, found "hello"'],
    ['nothing', '', 'run.yaml:1:1: expected a spec with name, seed and stages, found null'],
    ['a list for settings', 'name: a\nstages:\n  data: { settings: [1] }\n', 'run.yaml:3:21: stages.data.settings: expected settings by name, found [1]'],
    ['a value that is not JSON', 'name: a\nstages:\n  data: { settings: { rate: .nan } }\n', 'run.yaml:3:29: stages.data.settings.rate: expected a value that JSON can hold, found NaN'],
    ['an input of a number', 'name: a\nstages:\n  data: { inputs: { a: 3 } }\n', 'run.yaml:3:24: stages.data.inputs.a: expected STAGE.OUTPUT, RUN/STAGE.OUTPUT, artifact:sha256:... or null, found 3'],
    ['an output of another run without its name', 'name: a\nstages:\n  data: { inputs: { } }\n  sft: { inputs: { model: a-1/sft } }\n', 'run.yaml:4:27: expected STAGE.OUTPUT, RUN/STAGE.OUTPUT or artifact:sha256:..., found "a-1/sft"'],
    ['a gate without a condition', 'name: a\nstages:\n  data: { gate: { stopIf: 3 } }\n', 'run.yaml:3:27: stages.data.gate.stopIf: expected a condition or a list of them, found 3'],
    ['a second document', 'name: a\nstages: { data: }\n---\nname: b\n', 'run.yaml:3:1: expected one document, found another'],
    ['what stands for itself', 'name: a\nstages:\n  data: { settings: { x: &x [*x] } }\n', 'run.yaml:3:30: expected an alias of something else, found one of what it stands in: *x'],
    ['nesting', `name: a\nstages: { data: { settings: { x: ${'['.repeat(101)}${']'.repeat(101)} } } }\n`, 'expected at most 100 lists and settings in one another, found more'],
    ['nesting without end', `name: a\nstages: { data: { settings: { x: ${'['.repeat(20_000)}`, 'run.yaml: expected at most 100 lists and settings in one another, found more'],
  ])('points at %s', (_, text, expected) => {
    expect(problem(text)).toContain(expected);
  });

  it('finds cycles', () => {
    const text = 'name: a\nstages:\n  data:\n  pretrain:\n  a: { kind: sft, inputs: { model: b.model } }\n  b: { kind: sft, inputs: { model: a.model } }\n';
    expect(problem(text)).toBe('run.yaml:5:19: expected stages that can be put in an order, found a cycle: a -> b -> a');
  });

  it('tells every problem at once and shows the first line', () => {
    try {
      parseRunSpec('name: a\nsede: 3\nstages:\n  data: { setings: }\n', 'run.yaml');
      expect.unreachable();
    } catch (error) {
      expect((error as MinchatError).message.split('\n')).toHaveLength(2);
      expect((error as MinchatError).hint).toContain('2 | sede: 3\n  ' + ' '.repeat(4) + '^');
    }
  });

  it('gives the same spec again from the JSON it writes', () => {
    const kinds = Object.keys(stageKinds);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: kinds.length }),
        fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/).filter((name) => name !== 'run'), { minLength: 8, maxLength: 8 }),
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), { minLength: 8, maxLength: 8 }),
        fc.nat({ max: 0xffff_ffff }),
        (count, names, settings, seed) => {
          const stages = kinds.slice(0, count).map((kind, index) => [names[index], { kind, settings: settings[index] }]);
          const spec = parseRunSpec(JSON.stringify({ name: 'any', seed, stages: Object.fromEntries(stages) }));
          expect(parseRunSpec(formatRunSpec(spec))).toEqual(spec);
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it('answers any damaged text with a spec or MC_SPEC_INVALID', () => {
    fc.assert(
      fc.property(fc.nat({ max: whole.length }), fc.nat({ max: 12 }), fc.string({ maxLength: 12, unit: 'binary' }), (at, cut, insert) => {
        const text = whole.slice(0, at) + insert + whole.slice(at + cut);
        try {
          parseRunSpec(text, 'run.yaml');
        } catch (error) {
          expect((error as MinchatError).code, String(error)).toBe('MC_SPEC_INVALID');
          expect((error as MinchatError).message).toMatch(/^run\.yaml:/);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  it.each([
    ['aliases that multiply', `name: a\na: &a [1,2,3,4,5,6,7,8,9,0]\n${'bcdefgh'.replace(/./g, (letter) => `${letter}: &${letter} [${`*${String.fromCodePoint(letter.codePointAt(0)! - 1)},`.repeat(10)}]\n`)}stages: { data: }`],
    ['a huge text', `name: ${'a'.repeat(300_000)}`],
  ])('refuses %s', (_, text) => {
    expect(problem(text)).toMatch(/^run\.yaml:/);
  });
});

describe('stagesFrom', () => {
  it('is a stage and all that takes its outputs', () => {
    expect([...stagesFrom(parseRunSpec(whole), 'rank')].sort()).toEqual(['evaluate', 'ppo', 'rank', 'reward']);
  });
});

describe('gates', () => {
  it.each([
    ['winRate < 0.5', { metric: 'winRate', operator: '<', value: 0.5 }],
    ['objective/kl>=15', { metric: 'objective/kl', operator: '>=', value: 15 }],
    ['accuracy <= 60%', { metric: 'accuracy', operator: '<=', value: 0.6 }],
    ['loss > -1e-3', { metric: 'loss', operator: '>', value: -0.001 }],
  ])('reads %s', (text, expected) => {
    expect(parseCondition(text)).toEqual(expected);
  });

  it('stops on any condition, a missing metric and a metric that is no number', () => {
    const stopIf = [{ metric: 'a', operator: '<', value: 1 }, { metric: 'b', operator: '>', value: 2 }] as const;
    expect(judgeGate(stopIf, { a: 1, b: 2 })).toBeUndefined();
    expect(judgeGate(stopIf, { a: 1, b: 3 })).toBe('b is 3, and the gate stops the run if b > 2');
    expect(judgeGate(stopIf, { b: 2, c: 3 })).toBe('expected the metric a (gate "a < 1"), found only: b, c');
    expect(judgeGate(stopIf, { a: Number.NaN, b: 2 })).toBe('a is not a number (gate "a < 1")');
  });
});
