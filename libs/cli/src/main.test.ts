import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { connectBus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { errorCodes } from '@minchat/errors';
import { createLogger } from '@minchat/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectionOf, guessFormat } from './data-file.ts';
import { root } from './paths.ts';
import { createProgram } from './program.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
let folder: string;

// A port on which nothing can listen.
const minchat = (...args: string[]) => minchatAt('nats://127.0.0.1:1', ...args);

const minchatAt = (natsUrl: string, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const env = { ...process.env, NATS_URL: natsUrl, MINCHAT_HOME: folder, INIT_CWD: folder };
    execFile(process.execPath, [main, ...args], { env }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }));
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('minchat', () => {
  it('has help for every command', async () => {
    const { code, stdout } = await minchat('run', '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: minchat run [options] <spec>');
    const { commands } = createProgram(false);
    expect(commands.map((command) => command.name())).toEqual([
      'up', 'run', 'status', 'cancel', 'resume', 'fork', 'logs', 'chat', 'generate', 'import', 'export', 'export-collection', 'delete', 'delete-collection', 'gc', 'forget', 'doctor', 'parity', 'admin-link',
    ]);
    for (const command of commands) {
      expect(command.helpInformation()).toContain('--json');
      expect(command.description()).not.toBe('');
      expect(command.helpInformation()).not.toContain('[])');
    }
  });

  it('says what is wrong with a mapping, with an address, and with what becomes of labels', async () => {
    expect(await minchat('import', 'jsonl', 'file', '--map', 'prompt')).toMatchObject({ code: 64, stderr: expect.stringContaining('expected FIELD=NAME, found prompt') as string });
    expect(await minchat('admin-link', '--url', 'minchat.example:8080')).toMatchObject({ code: 64, stderr: expect.stringContaining('--url: expected an address such as https://') as string });
    expect(await minchat('forget', 'eve', '--labels', 'keep')).toMatchObject({ code: 64, stderr: expect.stringContaining('expected anonymise or delete, found keep') as string });
  });

  it.each(Object.entries(errorCodes))('has the commands that %s tells to run', (_, { todo }) => {
    const known = createProgram(false).commands.map((command) => command.name());
    for (const [, name] of todo.matchAll(/npm run minchat -- (\S+?)[`\s]/g)) expect(known).toContain(name);
    expect(todo).not.toContain('`minchat');
  });

  it.each([['chat', '--seed', '1.5'], ['generate', 'hi', '--max-tokens', '0'], ['generate', 'hi', '--seed', '4294967296'], ['run', 'a.yaml', '--seed', '-1']])('takes whole numbers only where it needs them: %s', async (...args) => {
    expect(await minchat(...args)).toMatchObject({ code: 64, stderr: expect.stringMatching(/^MC_USAGE: --(seed|max-tokens): expected a whole number from [01] to 4294967295, found "/) as string });
  });

  it('exports onto no file and into no folder that holds something, and leaves both as they are', async () => {
    await writeFile(join(folder, 'thesis.txt'), 'mine');
    expect(await minchat('export', 'run', 'thesis.txt')).toMatchObject({ code: 65, stderr: expect.stringContaining('expected an empty folder, found a file') as string });
    await mkdir(join(folder, 'full'));
    await writeFile(join(folder, 'full', 'notes.txt'), 'mine, too');
    expect(await minchat('export', 'run', 'full')).toMatchObject({ code: 65, stderr: expect.stringContaining('found 1 files') as string });
    expect(await readFile(join(folder, 'thesis.txt'), 'utf8')).toBe('mine');
    expect(await readdir(join(folder, 'full'))).toEqual(['notes.txt']);
  });

  it('says which command it does not know, with the exit code for usage', async () => {
    const { code, stderr } = await minchat('statsu');
    expect(code).toBe(64);
    expect(stderr).toContain("MC_USAGE: unknown command 'statsu'");
    expect(stderr).toContain('status');
    expect(JSON.parse((await minchat('statsu', '--json')).stderr)).toMatchObject({ error: { code: 'MC_USAGE', message: expect.stringContaining('statsu') as string } });
  });

  it('points at the line of a spec, as text and as JSON', async () => {
    await writeFile(join(folder, 'bad.yaml'), 'name: bad\nstages:\n  data:\n    setings: {}\n');
    const text = await minchat('run', 'bad.yaml');
    expect(text.code).toBe(65);
    expect(text.stderr).toContain('MC_SPEC_INVALID: bad.yaml:4:5: unknown key "setings"; did you mean "settings"?');
    await writeFile(join(folder, 'setting.yaml'), 'name: bad\nstages:\n  data: { settings: { source: world, promps: 2 } }\n  pretrain:\n    settings:\n      model: { layer: 2 }\n      steps: many\n');
    const setting = await minchatAt('', 'run', 'setting.yaml');
    expect(setting.stderr).toContain('setting.yaml:6:16: pretrain.model.layer: unknown setting "layer"; did you mean "layers"?\nsetting.yaml:7:7: pretrain.steps: expected a whole number');
    expect(setting.stderr).toContain('MC_SPEC_INVALID: setting.yaml:3:38: data.promps: unknown setting "promps"; did you mean "prompts"?');
    // A data stage that --data points at a file needs no source; without it, it does.
    await writeFile(join(folder, 'sourceless.yaml'), 'name: bare\nstages:\n  data:\n');
    expect((await minchatAt('', 'run', 'sourceless.yaml')).stderr).toContain('data.source: expected world or collection');
    await writeFile(join(folder, 'some.jsonl'), '{"prompt":"a"}\n');
    expect((await minchat('run', 'sourceless.yaml', '--data', 'some.jsonl', '--detach')).stderr).toContain('MC_NATS_UNAVAILABLE');
    const json = await minchat('run', 'bad.yaml', '--json');
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'MC_SPEC_INVALID' } });
    expect(json.stdout).toBe('');
  });

  it('leaves the settings of a stage to the implementation that runs it', async () => {
    const nats = await startNatsServer();
    const bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: join(folder, 'cache') });
    try {
      await writeFile(join(folder, 'swapped.yaml'), 'name: swapped\nstages:\n  data: { settings: { source: world } }\n  pretrain:\n  sft: { settings: { greeting: hi } }\n');
      const refused = await minchatAt(nats.url, 'run', 'swapped.yaml', '--detach');
      expect(refused.stderr).toContain('MC_SPEC_INVALID: swapped.yaml:5:22: sft.greeting: unknown setting "greeting"');
      await bus.plugins.announce('sft', './mine.ts');
      // Goes on, to a coordinator that is not there.
      expect((await minchatAt(nats.url, 'run', 'swapped.yaml', '--detach')).stderr).toContain('MC_SERVICE_UNAVAILABLE');
    } finally {
      await bus.close();
      await nats.stop();
    }
  });

  it('tells what is missing where nothing works: a folder that cannot be written in, a server that does not run', async () => {
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'nats-server'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}`, NATS_URL: '', MINCHAT_HOME: '/sys/minchat' };
    const findings = await new Promise<{ what: string; state: string; found: string }[]>((resolve) => {
      execFile(process.execPath, [main, 'doctor', '--json'], { env }, (_, stdout) => resolve(JSON.parse(stdout) as never));
    });
    const found = (name: string) => findings.find(({ what }) => what === name);
    expect(found('nats-server')).toMatchObject({ state: 'missing', found: expect.stringContaining('does not run') as string });
    expect(found('disk')).toMatchObject({ state: 'missing', found: expect.stringContaining('/sys/minchat') as string });
    expect(found('backend cpu')?.state).toBe('ok');
    const up = await new Promise<unknown[]>((resolve) => execFile(process.execPath, [main, 'up'], { env }, (error, _, stderr) => resolve([error?.code, stderr])));
    expect(up).toEqual([77, expect.stringMatching(/^MC_ACCESS_DENIED: .*'\/sys\/minchat'\n.*MINCHAT_HOME.*\n$/)]);
  }, 120_000);

  it('doctor finds a nats-server that is too old, and the compiler that native kernels are built with', async () => {
    await mkdir(join(folder, 'old'));
    await writeFile(join(folder, 'old', 'nats-server'), '#!/bin/sh\necho nats-server: v2.8.4\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${join(folder, 'old')}:${process.env['PATH']}`, NATS_URL: '', MINCHAT_HOME: folder, CXX: 'no-such-compiler' };
    const findings = await new Promise<{ what: string; state: string; found: string }[]>((resolve) => {
      execFile(process.execPath, [main, 'doctor', '--json'], { env }, (_, stdout) => resolve(JSON.parse(stdout) as never));
    });
    expect(findings.find(({ what }) => what === 'nats-server')).toMatchObject({ state: 'missing', found: expect.stringContaining('v2.8.4') as string });
    expect(findings.find(({ what }) => what === 'C++ compiler')).toMatchObject({ state: 'optional', found: 'no no-such-compiler' });
  }, 120_000);

  it('doctor shows nobody the password of NATS', async () => {
    const { stdout } = await minchatAt('nats://me:secret@127.0.0.1:1', 'doctor');
    expect(stdout).toContain('nats://***@127.0.0.1:1 (NATS_URL)');
    expect(stdout).not.toContain('secret');
  }, 120_000);

  it('says before anything starts what is wrong with the file for a run', async () => {
    await writeFile(join(folder, 'world.yaml'), 'name: world\nstages:\n  data: { settings: { source: world } }\n');
    await writeFile(join(folder, 'odd.bin'), 'odd');
    await mkdir(join(folder, 'folder.jsonl'));
    for (const [file, code, said] of [['none.jsonl', 66, 'MC_NOT_FOUND: cannot read'], ['none.txt', 66, 'MC_NOT_FOUND: cannot read'], ['folder.jsonl', 64, 'expected a file'], ['odd.bin', 64, 'cannot tell the format']] as const) {
      expect(await minchatAt('', 'run', 'world.yaml', '--data', file)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) as string });
    }
  });

  it('takes one setting by each --set: what stands behind it is no other one', async () => {
    const { stderr } = await minchatAt('', 'run', '--set', 'data.promps=3', 'world.yaml');
    expect(stderr).toContain('data.promps: unknown setting');
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await minchat('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('says that there is no server', async () => {
    const { code, stderr } = await minchat('status');
    expect(code).toBe(69);
    expect(stderr).toContain('MC_NATS_UNAVAILABLE: ');
  });
});

describe('import', () => {
  it.each([
    ['{"message_tree_id":"1","prompt":{}}\n', 'trees.jsonl', 'oasst'],
    ['{"chosen":"\\n\\nHuman: hi"}\n', 'train.jsonl', 'hh-rlhf'],
    ['[{"instruction":"a","input":"","output":"b"}]', 'alpaca.json', 'alpaca'],
    ['{"prompt":"a","completion":"b"}\n', 'trl.jsonl', 'jsonl'],
    ['[\n  {"conversations":[]}]', 'sharegpt.json', 'jsonl'],
    ['{"prompt":"\\n\\nHuman: hi\\n\\nAssistant:","chosen":" a"}\n', 'static.jsonl', 'jsonl'],
    ['prompt,completion\n', 'table.csv', 'csv'],
    ['once upon a time', 'book.txt', 'text'],
  ])('knows %s in %s as %s', async (content, name, format) => {
    await writeFile(join(folder, name), content);
    expect(await guessFormat(join(folder, name))).toBe(format);
    if (format === 'text' || format === 'csv') return;
    // By what is in it, packed or not.
    await writeFile(join(folder, `${name}.gz`), content);
    expect(await guessFormat(join(folder, `${name}.gz`))).toBe(format);
    for (const bytes of [gzipSync(content), zstdCompressSync(content), Buffer.from(`\uFEFF${content}`, 'utf16le')]) {
      await writeFile(join(folder, `${name}.gz`), bytes);
      expect(await guessFormat(join(folder, `${name}.gz`))).toBe(format);
    }
  });

  it('names a collection after its file', () => {
    expect(collectionOf('/data/My trees (1).jsonl.gz')).toBe('my-trees-1');
    expect(collectionOf('/data/...')).toBe('imported');
  });
});
