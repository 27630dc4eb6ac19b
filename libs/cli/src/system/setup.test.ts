// scripts/setup.mjs, in a small project of its own beside packages that need no registry.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../paths.ts';

let project: string;

const write = async (path: string, content: unknown): Promise<void> => {
  await mkdir(dirname(join(project, path)), { recursive: true });
  await writeFile(join(project, path), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o755 });
};

beforeEach(async () => {
  // As somebody may have named a folder.
  project = join(await mkdtemp(join(tmpdir(), 'minchat-setup-')), "it's a größeres проект");
  await cp(join(root, 'scripts'), join(project, 'scripts'), { recursive: true });
  await write('package.json', { name: 'project', dependencies: { node: 'file:node', packed: 'file:packed.tgz' }, devDependencies: { tool: 'file:tool' }, optionalDependencies: { platform: 'file:platform' } });
  await write('node/package.json', { name: 'node', version: '1.0.0' });
  await write('node/bin/node', '#!/bin/sh\n');
  await write('tool/package.json', { name: 'tool', version: '1.0.0', engines: { node: '>=99' } });
  await write('platform/package.json', { name: 'platform', version: '1.0.0' });
  await write('package/package.json', { name: 'packed', version: '1.0.0' });
  await write('package/readme', '');
  execFileSync('tar', ['-czf', 'packed.tgz', 'package'], { cwd: project });
  await write('bin/nats-server', '#!/bin/sh\n');
  await write('package-lock.json', {
    name: 'project', lockfileVersion: 3, requires: true,
    packages: {
      '': JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as unknown,
      'node': { version: '1.0.0' }, 'tool': { version: '1.0.0', dev: true, engines: { node: '>=99' } }, 'platform': { version: '1.0.0', optional: true },
      'node_modules/packed': { version: '1.0.0', resolved: 'file:packed.tgz' },
      'node_modules/node': { resolved: 'node', link: true }, 'node_modules/tool': { resolved: 'tool', link: true }, 'node_modules/platform': { resolved: 'platform', link: true },
    },
  });
});
afterEach(() => rm(dirname(project), { recursive: true, force: true }));

const setUp = (more: Readonly<Record<string, string>>) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    // Without what npm tells the programs that it runs, these tests among them.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
    execFile(process.execPath, [join(project, 'scripts', 'setup.mjs')], { env: { ...env, PATH: `${join(project, 'bin')}:${env['PATH']}`, ...more } }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
const installed = (name: string, file = 'package.json') => readFile(join(project, 'node_modules', name, file), 'utf8').then(() => true, () => false);

it.each([
  {}, { NODE_ENV: 'production' }, { NPM_CONFIG_OMIT: 'optional' }, { NPM_CONFIG_ENGINE_STRICT: 'true' }, { NPM_CONFIG_GLOBAL: 'true' }, { NPM_CONFIG_PACKAGE_LOCK: 'false' }, { npm_config_cache: '/dev/null/npm' },
] as Record<string, string>[])('installs everything as the lock file says, once: %j', async (more) => {
  // What it says is no output of the command that it is for.
  expect(await setUp({ ...more, NPM_CONFIG_PREFIX: join(project, 'global') })).toEqual({ code: 0, stdout: '', stderr: expect.not.stringContaining('EBADENGINE') as string });
  expect(await Promise.all(['node', 'tool', 'platform'].map((name) => installed(name)))).toEqual([true, true, true]);
  // Again there is nothing to do.
  expect(await setUp(more)).toEqual({ code: 0, stdout: '', stderr: '' });
}, 60_000);

it('is taken over from one that was killed by one at a time: who meets the same dead one waits', async () => {
  const lock = join(project, 'lock');
  await write('lock', String(2 ** 22 + 1));
  // Somebody is just about to take it over: this process.
  await write('lock.next', String(process.pid));
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `
    import { takeLock } from ${JSON.stringify(pathToFileURL(join(project, 'scripts', 'lock.mjs')).href)};
    takeLock(${JSON.stringify(lock)}, (holder) => console.log('waits for ' + holder));
    console.log('has it');
  `], { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    if (line.startsWith('waits')) await rm(`${lock}.next`);
  }
  expect(said).toEqual([`waits for ${process.pid}`, 'has it']);
  expect(await readFile(lock, 'utf8')).toBe(String(child.pid));
  expect((await readdir(project)).filter((name) => name.startsWith('lock.'))).toEqual([]);
});

it('is done by one of two that start at once', async () => {
  const both = await Promise.all([setUp({}), setUp({})]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ stderr }) => stderr.includes('> npm install'))).toHaveLength(1);
}, 60_000);

it('begins anew behind an installation that was killed: npm takes what is half unpacked for whole', async () => {
  await write('killed/npm', '#!/bin/sh\nmkdir -p node_modules/packed && cp package/package.json node_modules/packed && kill -9 $PPID\n');
  await setUp({ PATH: `${join(project, 'killed')}:${process.env['PATH']}` });
  expect(await installed('packed')).toBe(true);
  expect(await installed('packed', 'readme')).toBe(false);
  expect((await setUp({})).code).toBe(0);
  expect(await installed('packed', 'readme')).toBe(true);
  expect(await setUp({})).toEqual({ code: 0, stdout: '', stderr: '' });
}, 60_000);
