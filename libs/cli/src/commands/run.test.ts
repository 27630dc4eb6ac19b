import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectBus, rpc, type Bus } from '@minchat/bus';
import { startNatsServer, type TestNats } from '@minchat/bus/testing';
import { RunStatus, StageStatus, type Init, type RunRecord } from '@minchat/contracts';
import { writeDataset } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import { createLogger } from '@minchat/telemetry';
import { saveTokenizer, trainTokenizer } from '@minchat/tokenizer';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { root } from '../paths.ts';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let folder: string;
let nats: TestNats;
let bus: Bus;

// The prompt store and the coordinator, as far as the command asks them.
const imported: { collection: string; format: string }[] = [];
const submitted: string[] = [];
/** What a store does while it imports; replaced by tests. */
let importing: (signal: AbortSignal) => Promise<void>;
/** What became of the run. */
let fate: Init<RunRecord>;
/** When somebody has asked for a run. */
let looked: PromiseWithResolvers<void>;
/** Records that it leaves out. */
let forgotten = 0;

interface Ended { code: number | string | null; stdout: string; stderr: string }
const start = (cwd: string, args: readonly string[]) => {
  const ended = Promise.withResolvers<Ended>();
  // What it needs for a while lies in its home: a system's temporary folder may be full, or not there.
  const env = { ...process.env, TMPDIR: join(folder, 'no-tmp'), NATS_URL: nats.url, MINCHAT_HOME: join(folder, 'home'), INIT_CWD: cwd };
  const child = execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => ended.resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), stdout, stderr }));
  return { child, ended: ended.promise };
};
const minchat = (...args: string[]): Promise<Ended> => start(folder, args).ended;
const lastSpec = () => JSON.parse(submitted.at(-1) ?? '{}') as { stages: Record<string, { settings: Record<string, unknown> }> };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-run-'));
  nats = await startNatsServer();
  bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: join(folder, 'cache') });
  const services = [
    bus.serve(rpc.listCollections, async () => ({ collections: imported.map(({ collection: name }) => ({ name })) })),
    bus.serve(rpc.import, async function* ({ collection, format }, { signal }) {
      await importing(signal);
      imported.push({ collection, format });
      yield { done: true, forgotten };
    }),
    bus.serve(rpc.exportRecords, async function* ({ collection, type, format }) {
      yield { lines: Buffer.from(`${collection} ${type} `) };
      if (collection === 'broken') throw new MinchatError('MC_CONFLICT', 'broken was deleted while it was read');
      yield { lines: Buffer.from(`${format}.`) };
    }),
    bus.serve(rpc.listRuns, async () => ({ runs: [{ runId: 'mine', name: 'mine', specJson: '{}', status: RunStatus.RUN_STATUS_RUNNING }] })),
    bus.serve(rpc.getRun, async () => {
      looked.resolve();
      return { runId: 'mine', name: 'mine', specJson: submitted.at(-1) ?? '{}', status: RunStatus.RUN_STATUS_RUNNING, ...fate };
    }),
    bus.serve(rpc.resumeRun, () => Promise.reject(new MinchatError('MC_CONFLICT', 'it runs'))),
    bus.serve(rpc.submitRun, async ({ specJson }) => {
      submitted.push(specJson);
      return { runId: 'mine', name: 'mine', specJson, status: RunStatus.RUN_STATUS_RUNNING };
    }),
  ];
  await Promise.all(services.map(({ ready }) => ready));
  await mkdir(join(folder, 'specs'));
  await writeFile(join(folder, 'lines.jsonl'), '{"text":"once"}\n');
  await writeFile(join(folder, 'specs', 'mine.yaml'), 'name: mine\nstages:\n  data: { settings: { source: world } }\n  pretrain: { settings: { init: ../gpt2, steps: 0 } }\n');
});
beforeEach(() => {
  importing = async () => undefined;
  looked = Promise.withResolvers();
  fate = {};
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
  await rm(folder, { recursive: true, force: true });
});

it('imports a file once in each format that it is to be read in', async () => {
  const formats: string[] = [];
  for (const format of [[], [], ['--format', 'text'], ['--format', 'text'], ['--format', 'jsonl']]) {
    expect(await minchat('run', 'specs/mine.yaml', '--data', 'lines.jsonl', ...format, '--detach')).toMatchObject({ code: 0, stderr: '' });
    const { collection } = lastSpec().stages['data']?.settings ?? {};
    formats.push(imported.find((one) => one.collection === collection)?.format ?? 'none');
  }
  expect(formats).toEqual(['jsonl', 'jsonl', 'text', 'text', 'jsonl']);
  expect(imported).toHaveLength(2);
});

it.each([['import', 'text', 'lines.jsonl'], ['run', 'specs/mine.yaml', '--data', 'lines.jsonl', '--format', 'alpaca', '--detach']])('ends the import at Ctrl-C: %s', async (...args) => {
  const begun = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<void>();
  importing = (signal) => {
    begun.resolve();
    signal.addEventListener('abort', () => broken.resolve());
    return broken.promise;
  };
  const before = submitted.length;
  const { child, ended } = start(folder, args);
  await begun.promise;
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stderr: '' });
  await broken.promise;
  expect(submitted).toHaveLength(before);
});

it('tells of records that an import left out, being of somebody who was forgotten', async () => {
  forgotten = 2;
  expect((await minchat('import', 'text', 'lines.jsonl')).stdout).toContain('2 records left out: they are of people who were forgotten.');
  expect(JSON.parse((await minchat('import', 'text', 'lines.jsonl', '--json')).stdout)).toMatchObject({ skipped: 0, forgotten: 2 });
  forgotten = 0;
  expect((await minchat('import', 'text', 'lines.jsonl')).stdout).not.toContain('left out');
});

it('takes a folder in a spec as seen from the spec, and one on the command line from where the user is', async () => {
  expect((await minchat('run', 'specs/mine.yaml', '--detach')).code).toBe(0);
  expect(lastSpec().stages['pretrain']?.settings['init']).toBe(join(folder, 'gpt2'));
  const { ended } = start(join(folder, 'specs'), ['run', 'mine.yaml', '--set', 'pretrain.init=other', '--detach']);
  expect((await ended).code).toBe(0);
  expect(lastSpec().stages['pretrain']?.settings['init']).toBe(join(folder, 'specs', 'other'));
});

it('says before anything is imported that a reward function of ours is none', async () => {
  await writeFile(join(folder, 'specs', 'paid.yaml'), "name: paid\nstages:\n  data: { settings: { source: world } }\n  pretrain:\n  sft:\n  ppo: { settings: { rewardFunctions: [{ plugin: '@minchat/rewards/refrence' }] } }\n");
  await writeFile(join(folder, 'other.jsonl'), '{"text":"twice"}\n');
  const before = [submitted.length, imported.length];
  expect(await minchat('run', 'specs/paid.yaml', '--data', 'other.jsonl')).toMatchObject({ code: 78, stderr: expect.stringMatching(/^MC_PLUGIN_UNKNOWN: ppo\.rewardFunctions\.0: .*refrence/) as string });
  expect([submitted.length, imported.length]).toEqual(before);
});

it('says before the run that its report could not be written', async () => {
  const before = submitted.length;
  for (const [path, reason] of [['nowhere/out.json', 'ENOENT'], ['specs', 'it is a folder']] as const) {
    expect(await minchat('run', 'specs/mine.yaml', '--report', path)).toMatchObject({ code: 64, stderr: expect.stringContaining(reason) as string });
  }
  expect(await minchat('run', 'specs/mine.yaml', '--report', 'out.json', '--detach')).toMatchObject({ code: 64, stderr: expect.stringContaining('--detach') as string });
  expect(submitted).toHaveLength(before);
});

it('imports what a link leads to', async () => {
  await symlink(join('specs', '..', 'lines.jsonl'), join(folder, 'link.jsonl'));
  expect(await minchat('import', 'jsonl', 'link.jsonl')).toMatchObject({ code: 0, stderr: '' });
});

it('imports several files into one collection, in their order, and none where one is missing or no collection is named', async () => {
  importing = () => Promise.resolve();
  await writeFile(join(folder, 'more.jsonl'), '{"prompt":"b"}\n');
  const before = imported.length;
  expect(await minchat('import', 'jsonl', 'lines.jsonl', 'more.jsonl')).toMatchObject({ code: 64, stderr: expect.stringContaining('expected --collection for 2 files') as string });
  expect((await minchat('import', 'jsonl', 'lines.jsonl', 'none.jsonl', '--collection', 'both')).stderr).toContain('none.jsonl');
  expect(imported).toHaveLength(before);
  forgotten = 2;
  const { code, stdout } = await minchat('import', 'jsonl', 'lines.jsonl', 'more.jsonl', '--collection', 'both', '--json');
  forgotten = 0;
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { collection: 'both', forgotten: 4, bad: [] }]);
  expect(imported.slice(before)).toEqual([{ collection: 'both', format: 'jsonl' }, { collection: 'both', format: 'jsonl' }]);
});

it('leaves nothing of an export that Ctrl-C ends', async () => {
  const many = join(folder, 'many');
  await mkdir(many);
  await Promise.all(Array.from({ length: 100 }, (_, index) => writeFile(join(many, `${index}.txt`), '')));
  const artifact = await bus.artifacts.put(many, 'model');
  const outputs = Array.from({ length: 60 }, (_, index) => ({ name: `model-${index}`, artifact }));
  fate = { stages: [{ stage: 'sft', kind: 'sft', jobId: 'mine_sft', status: StageStatus.STAGE_STATUS_COMPLETED, result: { outputs } }] };
  const { child, ended } = start(folder, ['export', 'mine', 'exports/mine']);
  await once(child.stdout ?? child, 'data');
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ code: 130, stderr: '' });
  expect(await readdir(join(folder, 'exports'))).toEqual([]);
});

it('exports datasets as tables, where that is asked for', async () => {
  const dataset = join(folder, 'ranked');
  await writeDataset(dataset, 'comparisons', { train: [{ id: 'r', messages: [{ role: 'user', content: 'Which?' }], answers: [{ text: 'a', finished: true, rank: 0 }, { text: 'b', finished: true, rank: 1 }] }] });
  const outputs = [{ name: 'comparisons', artifact: await bus.artifacts.put(dataset, 'dataset') }];
  fate = { stages: [{ stage: 'rank', kind: 'rank', jobId: 'mine_rank', status: StageStatus.STAGE_STATUS_COMPLETED, result: { outputs } }] };
  const { code, stdout } = await minchat('export', 'mine', 'tables', '--parquet', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { outputs: ['rank/comparisons', 'rank/comparisons-preferences'] }]);
  expect(await readdir(join(folder, 'tables/rank/comparisons-preferences'))).toEqual(['train.parquet']);
  expect((await minchat('export', 'mine', 'lines')).code).toBe(0);
  expect(await readdir(join(folder, 'lines/rank/comparisons'))).toEqual(['dataset.json', 'train.jsonl']);
});

it('exports language models as files of llama.cpp, too, where that is asked for', async () => {
  const [model, scorer] = [join(folder, 'policy'), join(folder, 'reward')];
  await cp(join(root, 'libs/model/reference/qwen2'), model, { recursive: true });
  const tokenizer = trainTokenizer(['weather'], { vocabSize: 262 });
  await saveTokenizer(tokenizer, model);
  const config = JSON.parse(await readFile(join(model, 'config.json'), 'utf8')) as object;
  await writeFile(join(model, 'config.json'), JSON.stringify({ ...config, vocab_size: tokenizer.vocabSize }));
  await cp(model, scorer, { recursive: true });
  const outputs = [{ name: 'policy', artifact: await bus.artifacts.put(model, 'model') }, { name: 'reward', artifact: await bus.artifacts.put(scorer, 'reward-model') }];
  fate = { name: 'mine', stages: [{ stage: 'ppo', kind: 'ppo', jobId: 'mine_ppo', status: StageStatus.STAGE_STATUS_COMPLETED, result: { outputs } }] };
  expect(await minchat('export', 'mine', 'for-llama', '--gguf', 'q4')).toMatchObject({ code: 64, stderr: expect.stringContaining('Allowed choices are f32, f16, q8_0, bf16') as string });
  const { code, stdout } = await minchat('export', 'mine', 'for-llama', '--gguf', '--json');
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { outputs: ['ppo/policy', 'ppo/policy/model.gguf', 'ppo/reward'] }]);
  expect(await readFile(join(folder, 'for-llama/ppo/policy/model.gguf'), 'latin1')).toMatch(/^GGUF.*general\.name.{12}mine-ppo/su);
  expect(await readdir(join(folder, 'for-llama/ppo/reward'))).not.toContain('model.gguf');
});

it('exports a collection in the form that the file is called by, and whole', async () => {
  expect(await minchat('export-collection', 'team', 'prompts', 'out/team.parquet')).toMatchObject({ code: 0, stderr: '' });
  expect(await minchat('export-collection', 'team', 'preferences', 'out/team.jsonl')).toMatchObject({ code: 0, stderr: '' });
  expect(await readFile(join(folder, 'out/team.parquet'), 'utf8')).toBe('team prompts parquet.');
  expect(await readFile(join(folder, 'out/team.jsonl'), 'utf8')).toBe('team preferences .');
  expect(await minchat('export-collection', 'broken', 'prompts', 'out/broken.jsonl')).toMatchObject({ stderr: expect.stringContaining('MC_CONFLICT: broken was deleted') as string });
  for (const [type, file, problem] of [['prompts', 'team.csv', 'MC_USAGE: expected a file that ends in .jsonl or .parquet, found out/team.csv'], ['promts', 'team2.jsonl', 'MC_USAGE: expected one of prompts, '], ['prompts', 'team.jsonl', 'MC_CONFLICT: expected no file']] as const) {
    expect(await minchat('export-collection', 'team', type, `out/${file}`)).toMatchObject({ stderr: expect.stringContaining(problem) as string });
  }
  expect((await readdir(join(folder, 'out'))).toSorted()).toEqual(['team.jsonl', 'team.parquet']);
});

it('names the run in what there is to do about it', async () => {
  expect((await minchat('resume', 'mine')).stderr).toBe('MC_CONFLICT: it runs\nLook at its state with `npm run minchat -- status mine`.\n');
});

it('tells the stage of a gate once', async () => {
  const error = { code: 'MC_GATE_STOPPED', message: 'stage sft: loss is 2', hint: 'Or `npm run minchat -- resume RUN`.' };
  fate = { status: RunStatus.RUN_STATUS_FAILED, error, stages: [{ stage: 'sft', kind: 'sft', jobId: 'mine_sft', status: StageStatus.STAGE_STATUS_FAILED, error }] };
  const told = 'MC_GATE_STOPPED: run mine: stage sft: loss is 2\nOr `npm run minchat -- resume mine`.\n';
  expect((await minchat('run', 'specs/mine.yaml')).stderr).toBe(told);
  expect((await minchat('status', 'mine')).stdout).toContain(told);
  error.message = 'lost';
  expect((await minchat('run', 'specs/mine.yaml')).stderr).toContain('MC_GATE_STOPPED: run mine: stage sft: lost\n');
});

it.skipIf(process.platform !== 'linux')('what others wrote steers no terminal, and reaches a program as it is', async () => {
  const message = 'judge said \u001b]0;evil\u0007\u001b[2J\r\n\tno\u009b1A';
  const error = { code: 'MC_REWARD_FUNCTION', message, hint: 'hint' };
  fate = { status: RunStatus.RUN_STATUS_FAILED, error, stages: [{ stage: 'ppo', kind: 'ppo', jobId: 'mine_ppo', status: StageStatus.STAGE_STATUS_FAILED, error }] };
  const env = { ...process.env, TERM: 'xterm', NO_COLOR: '', FORCE_COLOR: '1', NATS_URL: nats.url, MINCHAT_HOME: join(folder, 'home') };
  const onTerminal = (...args: string[]) => promisify(execFile)('script', ['-qec', [process.execPath, main, ...args].map((arg) => `"${arg}"`).join(' '), '/dev/null'], { env }).then(({ stdout }) => stdout);
  // A terminal puts a carriage return before each end of line.
  const shown = (await onTerminal('status', 'mine')).replaceAll('\r\n', '\n');
  expect(shown).toContain('\u001b[31mMC_REWARD_FUNCTION\u001b[39m: ');
  expect(shown).toContain('judge said ␛]0;evil␇␛[2J\n\tno�1A\n');
  expect((await minchat('status', 'mine')).stdout).toContain(message);
});

it('explains the figures of a run', async () => {
  const metrics = [{ name: 'val/explained_variance', value: 0.5 }, { name: 'eval_rewards/margins', value: 2 }, { name: 'mine', value: 1e-7 }];
  fate = { stages: [{ stage: 'dpo', kind: 'ppo', jobId: 'mine_dpo', status: StageStatus.STAGE_STATUS_COMPLETED, metrics }] };
  for (const args of [['mine', '--explain'], ['-e']]) {
    const { code, stdout } = await minchat('status', ...args);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.trim().replaceAll(/  +/g, ' · ')).slice(-5)).toEqual([
      'dpo', 'eval_rewards/margins · 2 · On the validation split: rewards/chosen − rewards/rejected', 'mine · 1e-7',
      'val/explained_variance · 0.500 · 1 − var(return − value) / var(return): 1 is perfect, 0 as good as a constant', '',
    ]);
  }
  expect(await minchat('status', 'mine', '-e', '-w')).toMatchObject({ code: 64, stderr: expect.stringContaining('cannot be used with') as string });
});

it('tells of a name that no run has which there are', async () => {
  expect(await minchat('status', 'mine/sft')).toMatchObject({ code: 66, stderr: expect.stringMatching(/^MC_NOT_FOUND: there is no run mine\/sft; known are mine\nList/) as string });
});

it('tells what the stages warn of', async () => {
  const line = (level: string, message: string) => ({ atMs: 1, level, message, fieldsJson: '' });
  await bus.publishEvent({ runId: 'mine', jobId: 'mine_sft', stage: 'sft', workerId: 'w', logged: { lines: [line('info', 'backend'), line('warn', '3 of 9 demonstrations are cut')] } });
  await bus.publishEvent({ runId: 'other', jobId: 'other_sft', stage: 'sft', workerId: 'w', logged: { lines: [line('warn', 'of another run')] } });
  const { child, ended } = start(folder, ['run', 'specs/mine.yaml', '--exit']);
  let shown = '';
  child.stdout?.on('data', (text: string) => {
    shown += text;
    if (shown.includes('are cut')) fate = { status: RunStatus.RUN_STATUS_COMPLETED };
  });
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/sft: 3 of 9 demonstrations are cut/);
  expect(stdout).not.toMatch(/backend|of another run/);
});

it('ends where the server comes back without what it had stored: nothing is left to wait for', async () => {
  const { ended } = start(folder, ['run', 'specs/mine.yaml']);
  await looked.promise;
  await nats.kill();
  await rm(join(nats.storeFolder, 'jetstream'), { recursive: true });
  await nats.start();
  expect(await ended).toMatchObject({ code: 75, stderr: expect.stringMatching(/^MC_NATS_STORE_LOST: /) as string });
});
