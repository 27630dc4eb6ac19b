import { create, RunRecord, RunStatus, StageStatus } from '@minchat/contracts';
import type { MinchatError } from '@minchat/errors';
import { describe, expect, it, vi } from 'vitest';
import { formatBytes, formatCount, formatSeconds } from '../output.ts';
import { headline, Pace } from './figures.ts';
import { createProgress } from './progress.ts';
import { describeRun } from './report.ts';
import { assign, assignmentsOf } from './settings.ts';
import { summary } from './summary.ts';

const run = (step: number, status: StageStatus): RunRecord =>
  create(RunRecord, {
    runId: 'r-1', name: 'r', specJson: '{"seed":3}', status: RunStatus.RUN_STATUS_RUNNING, createdAtMs: 1000, updatedAtMs: 41_000,
    stages: [{
      stage: 'pretrain', kind: 'pretrain', status, jobId: 'r-1_pretrain', attempt: 1, step, totalSteps: 100, tokens: step * 1000,
      metrics: [{ name: 'loss', value: 2.5 }], queuedAtMs: 1000, startedAtMs: 1000, finishedAtMs: status === StageStatus.STAGE_STATUS_COMPLETED ? 41_000 : 0,
    }],
  });

describe('--set', () => {
  const after = (texts: readonly string[], settings: Record<string, unknown>): unknown => assign({ kind: 'ppo', settings }, assignmentsOf(texts)['ppo'], '/here');

  it('reads values as YAML, at any depth, and puts them in their place alone', () => {
    const before = { kl: { type: 'adaptive', target: 6 }, clip: 0.2, names: ['c'], ptx: {} };
    expect(after(['ppo.kl.target=3', 'ppo.names=[a, b]', 'ppo.note=null', 'ppo.guard.patience=2'], before)).toEqual({
      kl: { type: 'adaptive', target: 3 }, clip: 0.2, names: ['a', 'b'], ptx: {}, note: null, guard: { patience: 2 },
    });
    expect(after(['sft.epochs=2', 'constructor.a=1'], before)).toEqual(before);
  });

  it('replaces an object by one that is given as a whole, and has the default hold again where no value is given', () => {
    const before = { kl: { type: 'adaptive', beta: 0.05, target: 6 }, ptx: { coefficient: 2 }, clip: 0.2 };
    expect(after(['ppo.kl={type: fixed, beta: 0.1}', 'ppo.ptx=', 'ppo.none='], before)).toEqual({ kl: { type: 'fixed', beta: 0.1 }, clip: 0.2 });
    expect(after(['ppo.kl=', 'ppo.kl.beta=0.3'], before)).toEqual({ kl: { beta: 0.3 }, ptx: { coefficient: 2 }, clip: 0.2 });
  });

  it('sees a folder from where one is', () => {
    const stage = { kind: 'pretrain' as const, settings: { init: '/spec/gpt2', steps: 1 } };
    expect(assign(stage, assignmentsOf(['pretrain.init=other'])['pretrain'], '/here')).toEqual({ init: '/here/other', steps: 1 });
    expect(assign(stage, assignmentsOf(['pretrain.init='])['pretrain'], '/here')).toEqual({ steps: 1 });
  });

  it.each(['ppo', 'ppo=1', '.a=1', 'ppo.a', 'ppo.a=[1'])('refuses %s', (text) => {
    expect(() => assignmentsOf([text])).toThrow(expect.objectContaining({ code: 'MC_USAGE' }) as MinchatError);
  });
});

describe('Pace', () => {
  it('tells the rate of the last seconds and the time that is left', () => {
    const pace = new Pace();
    expect(pace.tokensPerSecond()).toBeUndefined();
    for (let second = 0; second <= 60; second += 1) pace.note(second * 1000, second < 30 ? second : 30 + (second - 30) * 2, second * 500);
    expect(pace.tokensPerSecond()).toBeCloseTo(500);
    expect(pace.secondsLeft(100)).toBeCloseTo(5, 0);
  });

  it('tells it between the news of a stage that takes days, too', () => {
    const pace = new Pace();
    for (let second = 0; second <= 150; second += 1) pace.note(second * 1000, Math.floor(second / 60), Math.floor(second / 60) * 600);
    expect(pace.tokensPerSecond()).toBeCloseTo(10);
    expect(pace.secondsLeft(12)).toBeCloseTo(600);
  });

  it('starts over when a stage goes back to its checkpoint', () => {
    const pace = new Pace();
    pace.note(0, 10, 100);
    pace.note(1000, 20, 200);
    pace.note(2000, 15, 150);
    expect(pace.tokensPerSecond()).toBeUndefined();
  });
});

describe('figures', () => {
  it('are short', () => {
    expect([0.04, 9.96, 61, 3600 + 120].map(formatSeconds)).toEqual(['0.0s', '10s', '1m01s', '1h02m']);
    expect([950, 8123, 81_230, 2.34e6].map(formatCount)).toEqual(['950', '8.1k', '81k', '2.3M']);
    expect([12, 1536, 3 * 1024 ** 3].map(formatBytes)).toEqual(['12 B', '1.5 KiB', '3.0 GiB']);
    expect(headline({ lr: 1, loss: 2.5, accuracy: 0.7113, margin: 3 })).toBe('accuracy 0.711, loss 2.500');
    // Of the policy that is kept, not of the last batch.
    expect(headline({ 'objective/scores': 1.84, 'objective/kl': 5.2, 'eval/scores': 1.62, 'eval/kl': 5.44 })).toBe('score 1.620, KL 5.440');
  });
});

describe('createProgress', () => {
  it.each([{ isTTY: false, TERM: 'xterm' }, { isTTY: true, TERM: 'dumb' }])('writes a line for each change and every ten seconds, without a terminal that can do more: %j', ({ isTTY, TERM }) => {
    const lines: string[] = [];
    vi.stubEnv('TERM', TERM);
    const terminal = vi.spyOn(process, 'stdout', 'get').mockReturnValue({ isTTY } as typeof process.stdout);
    const view = createProgress({ json: false, line: (text = '') => lines.push(text.replace(/^\S+ /, '')), text: () => undefined, result: () => undefined });
    terminal.mockRestore();
    vi.unstubAllEnvs();
    view.show(run(0, StageStatus.STAGE_STATUS_QUEUED), 0);
    for (let second = 1; second <= 21; second += 1) view.show(run(second, StageStatus.STAGE_STATUS_RUNNING), second * 1000);
    view.show(run(100, StageStatus.STAGE_STATUS_COMPLETED), 22_000);
    expect(lines).toEqual([
      'pretrain  queued',
      'pretrain  running',
      'pretrain  11/100 (11%), loss 2.500, 1.0k tokens/s, 1m29s left',
      'pretrain  21/100 (21%), loss 2.500, 1.0k tokens/s, 1m19s left',
      'pretrain  completed in 40s, loss 2.500',
    ]);
  });
});

describe('summary', () => {
  it('shows the stages, both models, and three prompts with both answers', () => {
    const answer = (text: string) => ({ text, finished: true });
    const model = (reward: number) => ({ reward, gold: { score: reward / 2 }, length: 10, finished: 0.975 });
    const text = summary({
      ...describeRun(run(100, StageStatus.STAGE_STATUS_COMPLETED)), spec: {}, backends: {}, versions: { minchat: '0', node: '24', platform: 'x' },
      evaluation: {
        winRates: [{ judge: 'gold', rate: 0.712, low: 0.66, high: 0.76, prompts: 300 }],
        models: { sft: model(0.2), policy: model(1.4) },
        kl: { mean: 7.25 },
        rewardModel: { accuracy: 0.7, accuracyLow: 0.66, accuracyHigh: 0.735, pairs: 900, noiseCeiling: 0.75 },
        samples: Array.from({ length: 5 }, (_, index) => ({ prompt: `prompt ${index}`, sft: answer('from sft'), policy: answer('from ppo') })),
      },
    }, 100);
    expect(text).toMatch(/pretrain\s+completed\s+40s\s+loss 2\.500\s+2\.5k/);
    expect(text).toContain('win rate by the gold judge: 71.2 % (95 % interval 66.0 % to 76.0 %, 300 prompts)');
    expect(text).toContain('KL to SFT: 7.250 nats per answer');
    expect(text).toContain('reward model: 70.0 % of 900 pairs right, 95 % interval 66.0 % to 73.5 % (the gold order itself reaches 75.0 % against these rankings)');
    expect(text.match(/prompt \d/g)).toHaveLength(3);
  });
});
