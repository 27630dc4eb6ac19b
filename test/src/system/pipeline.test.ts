import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rpc } from '@minchat/bus';
import { RunStatus, StageStatus } from '@minchat/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root, startSystem, stageOf, tinySpec, weightsOf, type System } from './system.ts';

interface Reported {
  run: string;
  stages: { stage: string; status: string; seconds: number | null; metrics: Record<string, number> }[];
  evaluation: { winRate: { rate: number; low: number; high: number }; samples: unknown[]; models: { policy: { finished: number } } };
}

describe('the pipeline, every service as a process', () => {
  let system: System;
  let report: Reported;

  beforeAll(async () => {
    // The SFT service is started alone, below, by its own command.
    system = await startSystem({ without: ['sft-trainer'] });
    await system.startAlone('sft-trainer');
  });
  afterAll(() => system?.stop());

  it('goes from nothing to a report', async () => {
    const { code, stdout, stderr } = await system.minchat('run', join(root, 'examples/tiny.yaml'), '--report', 'out.json');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ppo\s+completed/);
    report = JSON.parse(await readFile(join(system.home, 'out.json'), 'utf8')) as Reported;
    expect(report.stages.map(({ stage, status }) => `${stage} ${status}`)).toEqual(
      ['data', 'pretrain', 'sft', 'sample', 'rank', 'reward', 'ppo', 'evaluate'].map((stage) => `${stage} completed`),
    );
    const { winRate } = report.evaluation;
    expect(winRate.low).toBeLessThanOrEqual(winRate.rate);
    expect(winRate.high).toBeGreaterThanOrEqual(winRate.rate);
    expect(report.evaluation.samples.length).toBeGreaterThanOrEqual(3);
    const pretrain = report.stages.find(({ stage }) => stage === 'pretrain');
    expect(pretrain?.metrics['loss']).toBeLessThan(6);
  });

  it('exports Hugging Face folders, and files of llama.cpp', async () => {
    const { code, stderr } = await system.minchat('export', report.run, 'exported', '--gguf', 'q8_0');
    expect([code, stderr]).toEqual([0, '']);
    const config = JSON.parse(await readFile(join(system.home, 'exported/ppo/policy/config.json'), 'utf8')) as Record<string, unknown>;
    expect(config).toMatchObject({ model_type: 'gpt2', n_layer: 1, n_embd: 32 });
    for (const file of ['ppo/policy/model.safetensors', 'ppo/policy/tokenizer.json', 'reward/reward/model.safetensors', 'evaluate/report/report.html', 'pretrain/model/model.gguf', 'ppo/policy/model.gguf']) {
      expect((await readFile(join(system.home, 'exported', file))).length).toBeGreaterThan(100);
    }
  });

  it('answers', async () => {
    const { code, stdout, stderr } = await system.minchat('generate', 'What colour is the sky?', '--model', `${report.run}/sft`, '--max-tokens', '8', '--seed', '1', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ model: `${report.run}/sft` });
  });

  it('talks, also with what is piped in', async () => {
    // More turns than the model's context of 96 tokens has room for.
    const { code, stdout, stderr } = await system.minchatWith(`${'hello\n'.repeat(12)}/model\n/quit\n`, 'chat');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`You talk with ${report.run}/ppo`);
    expect(stdout).not.toContain('MC_');
    expect(stdout).toContain(`${report.run}/pretrain`);
  });

  it('talks with programs: one document of all turns', async () => {
    // The name in the spec, as the API takes it.
    const { code, stdout, stderr } = await system.minchatWith('hello\n/model nobody\nagain\n', 'chat', 'tiny', '--max-tokens', '4', '--json');
    expect([code, stderr]).toEqual([0, '']);
    const answered = (prompt: string) => ({ model: `${report.run}/ppo`, prompt, text: expect.any(String) as string, finishReason: expect.any(String) as string });
    expect(JSON.parse(stdout)).toMatchObject({ turns: [answered('hello'), { prompt: '/model nobody', error: { code: 'MC_NOT_FOUND' } }, answered('again')] });
  });

  it('cancels in the middle of a stage, and resumes to the same weights', async () => {
    // Long enough that a fast machine, too, is met in the middle.
    const spec = await tinySpec(['steps: 40', 'steps: 400']);
    const pretrained = async (runId: string) => {
      const status = async () => stageOf(await system.bus.call(rpc.getRun, { runId }), 'pretrain').status;
      await expect.poll(status, { timeout: 60_000 }).toBe(StageStatus.STAGE_STATUS_COMPLETED);
      return system.bus.call(rpc.getRun, { runId });
    };
    const { runId } = await system.submit(spec);
    await system.event(runId, ({ stage, checkpointed }) => stage === 'pretrain' && checkpointed !== undefined);
    const cancelled = await system.bus.call(rpc.cancelRun, { runId });
    expect(stageOf(cancelled, 'pretrain').status).toBe(StageStatus.STAGE_STATUS_CANCELLED);
    await system.bus.call(rpc.resumeRun, { runId });
    const resumed = await pretrained(runId);
    expect(stageOf(resumed, 'pretrain').attempt).toBeGreaterThan(1);
    await system.bus.call(rpc.cancelRun, { runId });
    const undisturbed = await system.submit(spec);
    const other = await pretrained(undisturbed.runId);
    await system.bus.call(rpc.cancelRun, { runId: undisturbed.runId });
    expect(await weightsOf(system, resumed, 'pretrain', 'model')).toBe(await weightsOf(system, other, 'pretrain', 'model'));
  });

  it('forks from a stage with other settings and another algorithm', async () => {
    const fork = await system.bus.call(rpc.forkRun, { runId: report.run, fromStage: 'ppo', settingsJson: '{"ppo":{"episodes":16}}' });
    const run = await system.ended(fork.runId);
    expect(run.error).toBeUndefined();
    expect(run.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    expect(stageOf(run, 'reward').jobId).toBe(`${report.run}_reward`);
    expect(stageOf(run, 'ppo').jobId).toBe(`${fork.runId}_ppo`);
  });

  it('deletes the run that was forked from, and keeps what the fork took over', async () => {
    const { runs } = await system.bus.call(rpc.listRuns, {});
    const fork = runs.find(({ forkedFrom }) => forkedFrom === report.run);
    if (fork === undefined) throw new Error('expected a fork');
    expect(await system.minchat('delete', report.run, '--dry-run')).toMatchObject({ code: 0, stdout: expect.stringContaining(`Would delete ${report.run}`) as string });
    const { code, stdout, stderr } = await system.minchat('delete', report.run, '--json');
    expect([code, stderr]).toEqual([0, '']);
    // All of it is new: a later collection takes it.
    expect(JSON.parse(stdout)).toEqual({ runs: [report.run], dryRun: false, artifacts: 0, bytes: 0 });
    expect(await system.minchat('delete', report.run)).toMatchObject({ code: 66, stderr: expect.stringContaining('MC_NOT_FOUND') as string });
    expect(await system.minchat('gc', '--json')).toMatchObject({ code: 0 });
    expect((await weightsOf(system, fork, 'sft', 'model')).length).toBeGreaterThan(0);
  });

  it('tells of a wrong setting by its stage: at once where its schema knows, else when it runs, without trying again', async () => {
    await expect(system.submit(await tinySpec(['steps: 40', 'stepz: 40']))).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('pretrain.stepz') });
    const { runId } = await system.submit(await tinySpec(['heads: 2', 'heads: 3']));
    const run = await system.ended(runId);
    expect(run.error).toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('heads') });
    expect(stageOf(run, 'sft').status).toBe(StageStatus.STAGE_STATUS_WAITING);
  });
});

describe('a stage swapped for a third party’s package', () => {
  const plugin = join(root, 'test/fixtures/copy-sft');
  let system: System;

  beforeAll(async () => {
    system = await startSystem({ without: ['sft-trainer'] });
    await system.startAlone('sft-trainer', { STAGE_PLUGIN: plugin });
  });
  afterAll(() => system?.stop());

  it('runs in its place, in a pipeline that ends', async () => {
    // Until it has told that it is another implementation, settings are checked as ours.
    await expect.poll(() => system.bus.plugins.of('sft'), { timeout: 60_000 }).toBe(plugin);
    const settings = '{ epochs: 1, batchSize: 8, learningRate: 3e-3, dropout: 0, evaluationExamples: 16, selectionPrompts: 4, sampleTokens: 12 }';
    const { runId } = await system.submit(await tinySpec([settings, '{ greeting: hi }'], ['    settings:\n      episodes: 48', "    plugin: '@minchat/ppo-trainer/rloo'\n    settings:\n      episodes: 16\n      groupSize: 4"], ['      normaliseOn: 16\n', '']));
    const run = await system.ended(runId);
    expect(run.error).toBeUndefined();
    expect(stageOf(run, 'sft').metrics).toEqual([{ name: 'copied', value: 1 }]);
    expect(await weightsOf(system, run, 'sft', 'model')).toBe(await weightsOf(system, run, 'pretrain', 'model'));
    expect(stageOf(run, 'evaluate').status).toBe(StageStatus.STAGE_STATUS_COMPLETED);
  });
});
