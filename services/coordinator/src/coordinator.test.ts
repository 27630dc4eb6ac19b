import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { RunRecord, RunStatus, StageStatus, type ArtifactRef, type StageResult } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { connect as natsConnect } from 'nats';
import { beforeAll, describe, expect, it } from 'vitest';
import { Coordinator } from './coordinator.ts';
import { artifactOf, ended, leftJob, leftRun, log, specJson, states, testSystem } from './system.testing.ts';

describe('Coordinator', () => {
  const system = testSystem();
  const { coordinator, done, opened, until } = system;
  let client: Bus;
  beforeAll(() => { client = system.client; });

  it('takes a run through its stages, each once, with two coordinators at it', async () => {
    await Promise.all([coordinator(), coordinator()]);
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const run = await until(runId, ended);
    expect(run.status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    expect(done).toEqual(['data', 'pretrain', 'sft', 'sample'].map((stage) => `${runId}_${stage}`));
    // What a stage measured is in the record once.
    expect(run.stages[0]).toMatchObject({ metrics: [{ name: 'loss', value: 0.5 }], result: { metrics: [] } });
    const { runs: [listed] } = await client.call(rpc.listRuns, { limit: 1 });
    expect(listed).toMatchObject({ runId, specJson: '{}', stages: [{}, { result: { metrics: [], outputs: [{ name: 'model' }] } }, {}, {}] });
  });

  it('counts the runs of each status, also of those that no run has', async () => {
    await using nats = await startNatsServer();
    await using bus = await connectBus({ url: nats.url, name: 'test', log });
    const counted: ReadonlyMap<string, number>[] = [];
    const own = new Coordinator({ bus, log, onSweep: (counts) => counted.push(counts) });
    await own.sweep();
    await bus.runs.create(leftRun('one', RunStatus.RUN_STATUS_FAILED, StageStatus.STAGE_STATUS_FAILED));
    await own.sweep();
    const none = { running: 0, completed: 0, failed: 0, cancelled: 0 };
    expect(counted.map((counts) => Object.fromEntries(counts))).toEqual([none, { ...none, failed: 1 }]);
  });

  it('fails a stage whose result does not fit into the record, and goes on with other runs', async () => {
    await coordinator();
    const half = async () => Array.from({ length: 10_000 }, (_, i) => ({ name: `metric/${String(i).padStart(40, '0')}`, value: i })) as StageResult['metrics'];
    system.behaviour = { data: half, pretrain: half };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const failed = await until(runId, ended);
    expect(failed.stages.find(({ stage }) => stage === 'pretrain')?.error?.code).toBe('MC_MESSAGE_TOO_LARGE');
    system.behaviour = {};
    const other = await client.call(rpc.submitRun, { specJson });
    expect((await until(other.runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('gives the same run for the same id, and refuses a bad spec with its place', async () => {
    await coordinator();
    const first = await client.call(rpc.submitRun, { specJson, runId: 'mine' });
    const again = await client.call(rpc.submitRun, { specJson, runId: 'mine' });
    expect(again.createdAtMs).toBe(first.createdAtMs);
    await until('mine', ended);
    expect(done).toHaveLength(4);
    await expect(client.call(rpc.submitRun, { specJson: '{"name": "x", "stages": {"dada": {}}}' })).rejects.toMatchObject({
      code: 'MC_SPEC_INVALID',
      message: expect.stringContaining('did you mean "data"?'),
    });
    await expect(client.call(rpc.getRun, { runId: 'nothing' })).rejects.toMatchObject({ code: 'MC_NOT_FOUND' });
  });

  it('refuses settings that a stage would refuse, of runs and of forks, as far as it is ours that runs', async () => {
    await coordinator();
    const spec = (settings: object) => ({ specJson: JSON.stringify({ name: 'set', stages: { data: {}, pretrain: {}, sft: { settings } } }) });
    const { runId } = await client.call(rpc.submitRun, spec({ mine: 1 }));
    await until(runId, ended);
    await client.plugins.announce('sft', '@minchat/sft-trainer');
    try {
      const refused = { code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('sft.mine: unknown setting "mine"') as string };
      await expect(client.call(rpc.submitRun, spec({ mine: 1 }))).rejects.toMatchObject(refused);
      await expect(client.call(rpc.forkRun, { runId, fromStage: 'pretrain', settingsJson: '' })).rejects.toMatchObject(refused);
      const wrong = client.call(rpc.forkRun, { runId, fromStage: 'sft', settingsJson: '{"sft":{"epochs":0}}' });
      await expect(wrong).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringContaining('sft.epochs: expected a whole number') as string });
    } finally {
      await client.plugins.announce('sft', 'test');
    }
  });

  it('refuses reward functions of ours that are none, or options that they do not take; those of others the stage knows', async () => {
    await coordinator();
    const submitted = (...rewardFunctions: object[]) => client.call(rpc.submitRun, { specJson: JSON.stringify({ name: 'paid', stages: { data: {}, pretrain: {}, sft: {}, ppo: { settings: { rewardFunctions } } } }) });
    await expect(submitted({ plugin: '@minchat/rewards/refrence' })).rejects.toMatchObject({ code: 'MC_PLUGIN_UNKNOWN', message: expect.stringMatching(/^ppo\.rewardFunctions\.0: .*refrence/) as string });
    const options = submitted({ plugin: './mine.ts', options: { mine: 1 } }, { plugin: '@minchat/rewards/reference', options: { match: 'words' } });
    await expect(options).rejects.toMatchObject({ code: 'MC_STAGE_SETTINGS', message: expect.stringMatching(/^ppo\.rewardFunctions\.1\.options\.match: /) as string });
    const { runId } = await submitted({ plugin: './mine.ts', options: { mine: 1 } }, { plugin: '@minchat/rewards/reference', options: { match: 'exact' } });
    await client.call(rpc.cancelRun, { runId });
  });

  it('refuses a run whose spec names an artifact that is not there, and takes one that is', async () => {
    await coordinator();
    const spec = (digest: string) => ({ specJson: JSON.stringify({ name: 'given', stages: { data: {}, sft: { inputs: { model: `artifact:${digest}` } } } }) });
    await expect(client.call(rpc.submitRun, spec(`sha256:${'0'.repeat(64)}`))).rejects.toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining('sft.inputs.model') as string });
    const { runId } = await client.call(rpc.submitRun, spec((await artifactOf(client, 'given')).digest));
    expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('takes what another run has made, as the artifact that it is, and refuses what there is none of', async () => {
    await coordinator();
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const first = await until(runId, ended);
    const made = first.stages.find(({ stage }) => stage === 'sft')?.result?.outputs[0]?.artifact;
    const taking = (input: string, name = 'model') => ({ specJson: JSON.stringify({ name: 'second', stages: { data: {}, sample: { inputs: { model: `${runId}/sft.model`, [name]: input } } } }) });
    const given = { stages: { sample: { inputs: { model: `artifact:${made?.digest}` } } } };
    // A run goes by its name, too, as for every command.
    for (const name of ['latest', first.name]) expect(JSON.parse((await client.call(rpc.submitRun, taking(`${name}/sft.model`))).specJson)).toMatchObject(given);
    const second = await client.call(rpc.submitRun, taking(`${runId}/sft.model`));
    expect(JSON.parse(second.specJson)).toMatchObject(given);
    expect((await until(second.runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    // Nothing of it hangs on the other run any more.
    await client.call(rpc.deleteRuns, { runIds: [runId] });
    expect(await client.artifacts.has(made as ArtifactRef)).toBe(true);
    for (const [input, message] of [
      [`${runId}/sft.model`, `sample.inputs.model: expected a run ${runId}, found none`],
      [`${second.runId}/sfd.model`, `sample.inputs.model: expected a stage sfd in the run ${second.runId}, found none`],
      [`${second.runId}/sample.model`, `sample.inputs.model: expected an output model of ${second.runId}/sample, found none`],
      [`${second.runId}/sample.answers`, `sample.inputs.model: expected a model, found ${second.runId}/sample.answers, a dataset:answers`],
    ] as const) {
      await expect(client.call(rpc.submitRun, taking(input))).rejects.toMatchObject({ code: 'MC_STAGE_INPUT', message: expect.stringContaining(message) as string });
    }
  });

  it('goes on where a coordinator was lost, also with what it missed', async () => {
    const first = await coordinator();
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    system.behaviour['pretrain'] = async () => {
      reached.resolve();
      await goOn.promise;
      return [{ name: 'loss', value: 1 }];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await reached.promise;
    await first.stop();
    goOn.resolve();
    await coordinator();
    expect(states(await until(runId, ended))).toEqual(['completed', 'completed', 'completed', 'completed']);
    expect(done).toHaveLength(4);
  });

  it('cancels, keeps what is done, and resumes under the same job id', async () => {
    await coordinator();
    const reached = Promise.withResolvers<void>();
    const attempts: number[] = [];
    system.behaviour['pretrain'] = async (job, attempt) => {
      attempts.push(attempt);
      if (attempt > 1) return [];
      reached.resolve();
      const bus = opened.at(-1) ?? client;
      await new Promise<void>((resolve) => bus.onCancel(job.jobId, resolve));
      throw new MinchatError('MC_CANCELLED', 'cancelled');
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await reached.promise;
    const cancelled = await client.call(rpc.cancelRun, { runId });
    expect(cancelled.status).toBe(RunStatus.RUN_STATUS_CANCELLED);
    expect(states(cancelled)).toEqual(['completed', 'cancelled', 'cancelled', 'cancelled']);
    await client.call(rpc.resumeRun, { runId });
    expect(states(await until(runId, ended))).toEqual(['completed', 'completed', 'completed', 'completed']);
    expect(attempts).toEqual([1, 2]);
  });

  it('is not held up by a cancelling that reaches a job only after the run was resumed', async () => {
    await coordinator();
    const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const goOn = Promise.withResolvers<void>();
    system.behaviour['pretrain'] = async (job, attempt) => {
      begun[attempt - 1]?.resolve();
      const cancelled = new Promise<void>((resolve) => (opened.at(-1) ?? client).onCancel(job.jobId, resolve));
      await (attempt === 1 ? cancelled : goOn.promise);
      if (attempt === 1) throw new MinchatError('MC_CANCELLED', 'cancelled');
      return [];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const job = { jobId: `${runId}_pretrain`, runId, stage: 'pretrain', round: 0 };
    await begun[0]?.promise;
    await client.call(rpc.cancelRun, { runId });
    await client.call(rpc.resumeRun, { runId });
    // As a sweep does that saw the run before it was resumed: before the job is taken again, and while it is at work.
    await client.cancelJob(job);
    await begun[1]?.promise;
    await client.cancelJob(job);
    goOn.resolve();
    expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('makes good what was left undone at any time before it was started', async () => {
    // Cancelled, and its job was not told; failed by another stage, and the end of this one was not heard.
    await client.runs.create(leftRun('untold', RunStatus.RUN_STATUS_CANCELLED, StageStatus.STAGE_STATUS_CANCELLED));
    await client.runs.create(leftRun('unheard', RunStatus.RUN_STATUS_FAILED, StageStatus.STAGE_STATUS_RUNNING));
    const taken = await client.jobs.take(leftJob('unheard'), 'worker', 60_000);
    if (taken.outcome !== 'taken') expect.fail(taken.outcome);
    await client.jobs.complete(taken.lease, { outputs: [], metrics: [{ name: 'loss', value: 1 }] });
    await coordinator();
    await expect.poll(async () => (await client.jobs.take(leftJob('untold'), 'worker', 1)).outcome).toBe('over');
    expect(states(await until('unheard', (run) => states(run)[0] !== 'running'))).toEqual(['completed']);
  });

  it('fails with the error of the stage, and resumes it', async () => {
    await coordinator();
    system.behaviour['sft'] = async (_, attempt) => {
      if (attempt === 1) throw new Error('no luck');
      return [{ name: 'loss', value: 0.1 }];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const failed = await until(runId, ended);
    expect(failed.error?.message).toContain('no luck');
    await client.call(rpc.resumeRun, { runId });
    expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });

  it('stops at a gate, and forks from before it with other settings', async () => {
    await coordinator();
    system.behaviour['sft'] = async (job) => [{ name: 'loss', value: (JSON.parse(job.settingsJson) as { loss?: number }).loss ?? 2 }];
    const { runId } = await client.call(rpc.submitRun, { specJson });
    const stopped = await until(runId, ended);
    expect(stopped.error).toMatchObject({ code: 'MC_GATE_STOPPED', message: 'stage sft: loss is 2, and the gate stops the run if loss > 1' });
    done.length = 0;
    const fork = await client.call(rpc.forkRun, { runId, fromStage: 'sft', settingsJson: '{"sft":{"loss":0.5}}' });
    expect(fork.forkedFrom).toBe(runId);
    expect((await until(fork.runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
    expect(done).toEqual([`${fork.runId}_sft`, `${fork.runId}_sample`]);
  });

  it('is not held up by a run that it cannot read, as of a newer version, and collects nothing that it may need', async () => {
    const raw = await natsConnect({ servers: system.nats.url });
    const kv = await raw.jetstream().views.kv('runs');
    // A status that is not known here.
    await kv.put('newer', RunRecord.codec.encode({ runId: 'newer', name: 'newer', specJson, status: 9 }).finish());
    try {
      await coordinator();
      const { runId } = await client.call(rpc.submitRun, { specJson });
      expect((await until(runId, ended)).status).toBe(RunStatus.RUN_STATUS_COMPLETED);
      const { runs } = await client.call(rpc.listRuns, {});
      expect(runs.map((run) => run.runId)).toContain(runId);
      expect(runs.map((run) => run.runId)).not.toContain('newer');
      const unreadable = { code: 'MC_MESSAGE_INVALID', message: expect.stringContaining('runs newer: RunRecord.status') as string, hint: expect.stringContaining('newer version') as string };
      await expect(client.call(rpc.getRun, { runId: 'newer' })).rejects.toMatchObject(unreadable);
      await expect(client.call(rpc.deleteRuns, {})).rejects.toMatchObject(unreadable);
    } finally {
      await kv.purge('newer');
      await raw.close();
    }
  });

  it('goes on after the server was killed', async () => {
    await coordinator();
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    system.behaviour['pretrain'] = async () => {
      reached.resolve();
      await goOn.promise;
      return [];
    };
    const { runId } = await client.call(rpc.submitRun, { specJson });
    await reached.promise;
    await system.nats.restart('SIGKILL');
    goOn.resolve();
    await expect.poll(async () => client.call(rpc.getRun, { runId }).then(({ status }) => status, () => 0), { timeout: 25_000 }).toBe(RunStatus.RUN_STATUS_COMPLETED);
  });
});
