import { parseRunSpec } from '@minchat/config';
import { create, metricsByName, runStatusWords, StageEvent, type Init, type RunRecord } from '@minchat/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stageState, type Command } from './machine.ts';
import { jobIdOf, jobOf, newRun } from './run.ts';
import { obligations, transition, type RunEvent } from './transition.ts';

const digest = `sha256:${'0'.repeat(64)}`;
// Two branches after sft, one of them gated, so that stages of one run are at work at once.
const spec = parseRunSpec(`
name: walk
stages:
  data:
  pretrain:
  sft:
  sample:
  rank:
  other: { kind: sample, inputs: { model: pretrain.model } }
  reward: { gate: { stopIf: accuracy < 0.5 } }
  ppo:
  evaluate:
`);

/** A world of workers around the machine: it delivers what they say, and knows what was published. */
class World {
  record: RunRecord = newRun(spec, 'walk-1', 0);
  readonly published: string[] = [];
  readonly told: StageEvent[] = [];
  readonly #attempts = new Map<string, number>();
  #now = 1;

  constructor() {
    this.apply({ type: 'begin' });
  }

  apply(event: RunEvent): readonly Command[] {
    const { record, commands } = transition(spec, this.record, event, (this.#now += 1));
    this.record = record;
    for (const command of commands) {
      if (command.do !== 'publish') continue;
      const stage = this.stage(command.stage);
      // Throws unless every input is there.
      jobOf(spec, record, command.stage);
      this.published.push(`${command.stage}/${stage.round}`);
    }
    return commands;
  }

  stage(name: string) {
    const stage = this.record.stages.find((other) => other.stage === name);
    if (stage === undefined) throw new Error(name);
    return stage;
  }

  tell(stage: string, detail: Init<StageEvent>): void {
    const event = create(StageEvent, { eventId: `e${this.told.length}`, runId: 'walk-1', jobId: jobIdOf('walk-1', stage), stage, atMs: this.#now, ...detail });
    this.told.push(event);
    this.apply({ type: 'stage', event });
  }

  /** What a real worker could say next about a stage, chosen by `choice`. */
  work(name: string, choice: number): void {
    const stage = this.stage(name);
    const state = stageState(stage);
    const attempt = this.#attempts.get(name) ?? 0;
    if (state === 'queued') {
      this.#attempts.set(name, attempt + 1);
      this.tell(name, { started: { attempt: attempt + 1 } });
    } else if (state === 'running') {
      const error = { code: 'MC_STAGE_FAILED', message: 'for the test' };
      const details: Init<StageEvent>[] = [
        { progress: { step: choice, totalSteps: 100, tokens: choice } },
        { released: { step: 1, attempt } },
        { failed: { error, attempt, final: false } },
        { failed: { error, attempt, final: true } },
        this.completion(name, choice % 11 === 0 ? 0.4 : 0.9),
        this.completion(name, 0.9),
        this.completion(name, 0.9),
      ];
      this.tell(name, details[choice % details.length] ?? {});
    }
  }

  completion(name: string, accuracy: number): Init<StageEvent> {
    const outputs = ['corpus', 'demonstrations', 'prompts', 'comparisons', 'model', 'answers', 'reward', 'policy', 'value', 'report'];
    const result = { outputs: outputs.map((output) => ({ name: output, artifact: { kind: 'x', digest } })), metrics: [{ name: 'accuracy', value: accuracy }] };
    return { completed: { result, seconds: 1 }, stage: name };
  }

  /** Everything of the record that decides what happens next. */
  state() {
    return { run: this.record.status, stages: this.record.stages.map(({ status, attempt, round, result }) => ({ status, attempt, round, result })) };
  }

  finish(): void {
    for (let step = 0; step < 100 && runStatusWords[this.record.status] !== 'completed'; step += 1) {
      if (runStatusWords[this.record.status] !== 'running') this.apply({ type: 'resume' });
      for (const { stage } of this.record.stages) {
        this.work(stage, 5);
      }
    }
  }
}

type Action = { do: 'work'; stage: number; choice: number } | { do: 'cancel' } | { do: 'resume' };

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('work' as const), stage: fc.nat({ max: spec.stages.length - 1 }), choice: fc.nat({ max: 100 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume' as const) }) },
);

function act(world: World, step: Action): void {
  if (step.do === 'work') world.work(spec.stages[step.stage]?.name ?? '', step.choice);
  else if (runStatusWords[world.record.status] !== 'completed') world.apply({ type: step.do });
}

describe('transition', () => {
  it('goes through the pipeline, publishing each job once', () => {
    const world = new World();
    expect(world.published).toEqual(['data/0']);
    world.finish();
    expect(runStatusWords[world.record.status]).toBe('completed');
    expect(world.published.toSorted()).toEqual(spec.stages.map(({ name }) => `${name}/0`).toSorted());
  });

  it('on any walk: no job twice in a round, completed only when all is, and always able to end', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 150 }), (steps) => {
        const world = new World();
        for (const step of steps) {
          act(world, step);
          const states = world.record.stages.map(stageState);
          expect(new Set(world.published).size).toBe(world.published.length);
          if (runStatusWords[world.record.status] === 'completed') expect(states.every((state) => state === 'completed')).toBe(true);
          if (runStatusWords[world.record.status] === 'running') {
            expect(states.every((state) => state === 'completed')).toBe(false);
            // Something can always go on.
            expect(states.some((state) => state === 'queued' || state === 'running')).toBe(true);
          }
          for (const command of obligations(world.record)) {
            if (command.do === 'publish') expect(world.published).toContain(`${command.stage}/${world.stage(command.stage).round}`);
          }
        }
        world.finish();
        expect(runStatusWords[world.record.status]).toBe('completed');
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('does not mind any event again, at any time, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(action, fc.array(fc.nat({ max: 1000 }), { maxLength: 4 })), { maxLength: 120 }), (steps) => {
        const quiet = new World();
        const noisy = new World();
        for (const [step, echoes] of steps) {
          act(quiet, step);
          act(noisy, step);
          for (const echo of echoes) {
            const event = noisy.told[echo % Math.max(1, noisy.told.length)];
            if (event !== undefined) expect(noisy.apply({ type: 'stage', event })).toEqual([]);
          }
          expect(noisy.state()).toEqual(quiet.state());
        }
        expect(noisy.published).toEqual(quiet.published);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('takes a result that comes after the cancelling, and resumes without it', () => {
    const world = new World();
    world.work('data', 0);
    expect(world.apply({ type: 'cancel' })).toEqual([{ do: 'announce', status: 'cancelled' }, { do: 'cancel', stage: 'data' }]);
    expect(obligations(world.record)).toEqual([{ do: 'cancel', stage: 'data' }]);
    world.tell('data', world.completion('data', 1));
    expect(stageState(world.stage('data'))).toBe('completed');
    expect(world.published).toEqual(['data/0']);
    world.apply({ type: 'resume' });
    expect(world.published).toEqual(['data/0', 'pretrain/0']);
  });

  it('stops at a gate with its reason, and lets it pass when resumed', () => {
    const world = new World();
    for (const name of ['data', 'pretrain', 'sft', 'sample', 'rank']) {
      world.work(name, 0);
      world.work(name, 5);
    }
    world.work('reward', 0);
    world.tell('reward', world.completion('reward', 0.4));
    expect(runStatusWords[world.record.status]).toBe('failed');
    expect(world.record.error).toMatchObject({ code: 'MC_GATE_STOPPED', message: 'stage reward: accuracy is 0.4, and the gate stops the run if accuracy < 0.5' });
    // The branch beside it goes on to its end, and starts nothing.
    expect(stageState(world.stage('other'))).toBe('queued');
    expect(world.apply({ type: 'resume' })).toContainEqual({ do: 'publish', stage: 'ppo' });
    expect(world.record.error).toBeUndefined();
  });

  it('refuses to cancel or resume what is completed', () => {
    const world = new World();
    world.finish();
    expect(() => world.apply({ type: 'cancel' })).toThrow(/is completed: it cannot be cancelled/);
    expect(() => world.apply({ type: 'resume' })).toThrow(/is completed: it cannot be resumed/);
  });

  it('keeps of a stage at work the latest of each figure, and of one that is done those of its result', () => {
    const world = new World();
    const figures = (): Record<string, number> => metricsByName(world.stage('data').metrics);
    const told = (step: number, metrics: Record<string, number>): void =>
      world.tell('data', { progress: { step, totalSteps: 9, metrics: Object.entries(metrics).map(([name, value]) => ({ name, value })) } });
    world.work('data', 0);
    told(1, { loss: 3, eval_loss: 4 });
    told(2, { loss: 2 });
    expect(figures()).toEqual({ loss: 2, eval_loss: 4 });
    // Those of a try that went on count, and of one that begins anew none: another implementation may tell others.
    world.tell('data', { started: { attempt: 2, fromStep: 2 } });
    expect(figures()).toEqual({ loss: 2, eval_loss: 4 });
    world.tell('data', { started: { attempt: 3, fromStep: 0 } });
    expect(figures()).toEqual({});
    told(1, { loss: 3 });
    expect(figures()).toEqual({ loss: 3 });
    // One that names its figures anew at every step does not fill the record.
    for (let step = 3; step < 6; step += 1) told(step, Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`${step}/${i}`, i])));
    expect(Object.keys(figures())).toHaveLength(600);
    world.tell('data', world.completion('data', 1));
    expect(figures()).toEqual({ accuracy: 1 });
  });

  it('leaves events of other jobs alone', () => {
    const world = new World();
    const event = create(StageEvent, { eventId: 'e', runId: 'walk-1', jobId: 'other', stage: 'data', started: { attempt: 1 } });
    const before = world.record;
    expect(world.apply({ type: 'stage', event })).toEqual([]);
    expect(world.record).toBe(before);
  });
});
