// What users and operators get wrong, or what breaks under them: a clear error with its code, nothing
// lost, nothing half-written, and the system goes on.
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rpc } from '@minchat/bus';
import { RunStatus } from '@minchat/contracts';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputFolder, root, startSystem, stageOf, tinySpec, weightsOf, type Ended, type System } from './system.ts';

/** A service by its own command, until it ends by itself. */
function run(service: string, env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/main.ts'], { cwd: join(root, 'services', service), env: { ...process.env, ...env }, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }));
  });
}

async function takenPort<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

describe('bad input', () => {
  let system: System;
  let nats: NatsConnection;
  let store: string;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), 'minchat-artifacts-'));
    system = await startSystem({ env: { ARTIFACT_STORE: `file:${store}` } });
    nats = await connect({ servers: system.natsUrl });
  });
  afterAll(async () => {
    await nats?.close();
    await system?.stop();
    await rm(store, { recursive: true, force: true });
  });

  /** The run that went through after garbage was sent. */
  const afterGarbage = async () => JSON.parse(await readFile(join(system.home, 'after-garbage.json'), 'utf8')) as { run: string };

  const failed = async (spec: string) => {
    const { runId } = await system.submit(spec);
    const ended = await system.ended(runId);
    expect(ended.status).toBe(RunStatus.RUN_STATUS_FAILED);
    return ended;
  };

  it('a typo in a spec: points at the line, suggests', async () => {
    const spec = await tinySpec(['warmupSteps: 5', 'warmupStep: 5']);
    await writeFile(join(system.home, 'typo.yaml'), spec);
    const { code, stderr } = await system.minchat('run', 'typo.yaml');
    const line = spec.split('\n').findIndex((text) => text.includes('warmupStep:')) + 1;
    expect(code).toBe(65);
    expect(stderr).toContain('MC_SPEC_INVALID');
    expect(stderr).toContain(`typo.yaml:${line}:`);
    expect(stderr).toContain('did you mean "warmupSteps"?');
    expect(await system.bus.call(rpc.listRuns, {})).toMatchObject({ runs: [] });
  });

  it('a stage that does not exist: points at the line, suggests', async () => {
    await writeFile(join(system.home, 'typo.yaml'), await tinySpec(['  reward:', '  rewrad:']));
    const { code, stderr } = await system.minchat('run', 'typo.yaml');
    expect(code).toBe(65);
    expect(stderr).toMatch(/MC_SPEC_INVALID.*rewrad/s);
    expect(stderr).toContain('reward');
  });

  it('a plugin that no service has', async () => {
    const ended = await failed(await tinySpec(['  pretrain:\n', "  pretrain:\n    plugin: '@nobody/pretrainer'\n"]));
    expect(stageOf(ended, 'pretrain').error?.code).toBe('MC_PLUGIN_UNKNOWN');
    expect(stageOf(ended, 'pretrain').error?.message).toContain('@nobody/pretrainer');
    const alone = await run('pretrainer', { NATS_URL: system.natsUrl, MINCHAT_HOME: system.home, STAGE_PLUGIN: '@nobody/pretrainer' });
    expect(alone.code).toBe(78);
    expect(alone.stdout + alone.stderr).toContain('MC_PLUGIN_UNKNOWN');
  });

  it('bytes on the bus that are no message: put aside, and the work goes on', async () => {
    const garbage = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256);
    const js = nats.jetstream();
    const { streams } = await nats.jetstreamManager();
    const putAside = async (): Promise<number> => (await streams.info('DLQ')).state.messages;
    const before = await putAside();
    await js.publish('jobs.sft', garbage);
    await js.publish('feedback.prompt', garbage);
    await js.publish('events.nobody.sft.progress', garbage);
    await expect.poll(putAside, { timeout: 30_000 }).toBeGreaterThanOrEqual(before + 2);
    const answer = await system.minchat('run', join(root, 'examples/tiny.yaml'), '--report', 'after-garbage.json');
    expect([answer.code, answer.stderr]).toEqual([0, '']);
  }, 240_000);

  it('a model file whose header lies about its size', async () => {
    const folder = join(system.home, 'hostile');
    const { run: runId } = await afterGarbage();
    await cp(await outputFolder(system, await system.bus.call(rpc.getRun, { runId }), 'pretrain', 'model'), folder, { recursive: true });
    const weights = await readFile(join(folder, 'model.safetensors'));
    weights.writeBigUInt64LE(2n ** 62n);
    await writeFile(join(folder, 'model.safetensors'), weights);
    const ended = await failed(await tinySpec(['      steps: 40', `      init: ${folder}\n      steps: 0`]));
    expect(stageOf(ended, 'pretrain').error).toMatchObject({ code: 'MC_MODEL_INVALID' });
    expect(stageOf(ended, 'pretrain').error?.message).toContain('model.safetensors');
  });

  it('an artifact whose bytes were changed: found by its digest, and never used', async () => {
    const { run: runId } = await afterGarbage();
    const before = await system.bus.call(rpc.getRun, { runId });
    const weights = await readFile(join(await outputFolder(system, before, 'sft', 'model'), 'model.safetensors'));
    // Caches of all services share this home; what is left is the store.
    await rm(join(system.home, 'cache'), { recursive: true, force: true });
    const blobs = await readdir(store, { recursive: true, withFileTypes: true });
    let changed = 0;
    for (const entry of blobs.filter((file) => file.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      if (!bytes.equals(weights)) continue;
      bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
      await writeFile(path, bytes);
      changed += 1;
    }
    expect(changed).toBe(1);
    const { code, stdout } = await system.minchat('fork', runId, '--from', 'reward', '--json');
    expect(code).toBe(0);
    const forked = (JSON.parse(stdout) as { run: string }).run;
    const ended = await system.ended(forked);
    expect(ended.status).toBe(RunStatus.RUN_STATUS_FAILED);
    expect(stageOf(ended, 'reward').error?.code).toBe('MC_ARTIFACT_CORRUPT');
  });
});

describe('at start', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'minchat-start-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const minchat = (env: Record<string, string>, ...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(process.execPath, [join(root, 'libs/cli/src/main.ts'), ...args], { env: { ...process.env, MINCHAT_HOME: home, INIT_CWD: home, ...env }, timeout: 90_000 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }));
    });

  it('NATS away: every service says so and ends, having waited as long as it was told to', async () => {
    const port = await takenPort((taken) => Promise.resolve(taken));
    const env = { NATS_URL: `nats://127.0.0.1:${port}`, NATS_WAIT_SECONDS: '1', MINCHAT_HOME: home };
    for (const service of ['sft-trainer', 'coordinator', 'gateway']) {
      const { code, stdout, stderr } = await run(service, env);
      expect(code, service).toBe(69);
      expect(stdout + stderr, service).toContain('MC_NATS_UNAVAILABLE');
    }
    const { code, stderr } = await minchat(env, 'status');
    expect(code).toBe(69);
    expect(stderr).toMatch(/MC_NATS_UNAVAILABLE.*127\.0\.0\.1/s);
  }, 60_000);

  it('ports taken: names the port and the variable, leaves nothing running', async () => {
    for (const variable of ['GATEWAY_PORT', 'MINCHAT_NATS_PORT']) {
      await takenPort(async (port) => {
        const env = { NATS_URL: '', GATEWAY_PORT: '0', MINCHAT_NATS_PORT: '0', [variable]: String(port) };
        const { code, stderr } = await minchat(env, 'up');
        expect(code, variable).toBe(69);
        expect(stderr).toContain('MC_PORT_TAKEN');
        expect(stderr).toContain(String(port));
        expect(stderr).toContain(variable);
      });
    }
    // The home is free again.
    const { code } = await minchat({}, 'doctor', '--json');
    expect(code).toBe(0);
  }, 120_000);
});

describe('a full disk', () => {
  let small: string;
  let mounted = false;
  beforeAll(async () => {
    small = await mkdtemp(join(tmpdir(), 'minchat-small-'));
    mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small]).status === 0;
    if (!mounted) process.stderr.write('left out: a full disk (mounting a small file system needs root)\n');
  });
  afterAll(async () => {
    if (mounted) spawnSync('umount', [small]);
    await rm(small, { recursive: true, force: true });
  });

  it('fails the stage, leaves nothing half-written; with space again the run resumes to the same weights', async ({ skip }) => {
    if (!mounted) skip('mounting a small file system needs root');
    const system = await startSystem({ env: { ARTIFACT_STORE: `file:${small}` } });
    try {
      const { runId } = await system.submit(await tinySpec());
      const run = await system.ended(runId);
      expect(run.status).toBe(RunStatus.RUN_STATUS_FAILED);
      const stage = run.stages.find(({ error }) => error !== undefined);
      expect(stage?.error).toMatchObject({ code: 'MC_DISK_FULL' });
      expect(stage?.error?.message).toContain(small);
      expect(await readdir(join(small, 'partial')).catch(() => [])).toEqual([]);

      expect(spawnSync('mount', ['-o', 'remount,size=256m', small]).status).toBe(0);
      const resumed = await system.minchat('resume', runId);
      expect([resumed.code, resumed.stderr]).toEqual([0, '']);
      const ended = await system.ended(runId);
      expect(ended.error).toBeUndefined();
      const undisturbed = await system.ended((await system.submit(await tinySpec())).runId);
      expect(await weightsOf(system, ended, 'ppo', 'policy')).toBe(await weightsOf(system, undisturbed, 'ppo', 'policy'));
    } finally {
      await system.stop();
    }
  }, 300_000);
});
