import { execFile } from 'node:child_process';
import { access, constants, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { makeHome, redacted, rpc } from '@minchat/bus';
import { backendNames, readPortEnv } from '@minchat/config';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { colors } from '../colors.ts';
import { findSystem } from '../connection.ts';
import { formatBytes, formatTable } from '../output.ts';
import { homeFolder, root } from '../paths.ts';
import { findProgram, portError } from '../system/process.ts';
import { outputOf, withBus } from './common.ts';

const run = promisify(execFile);

/** `missing` is needed for work on this machine; `optional` makes more possible. */
type State = 'ok' | 'missing' | 'optional';

interface Finding {
  what: string;
  state: State;
  found: string;
  /** How to get it; empty when nothing is to be done. */
  todo: string;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Tell what is there, what is missing, and how to get it. Exit code 69 when something needed is missing.')
    .action(async (_: unknown, command: Command) => {
      const output = outputOf(command);
      const findings = (await Promise.all([node(), nats(), system(), memory(), disk(), ports(), compiler(), docker(), backends()])).flat();
      output.result(findings);
      const marks = { ok: colors.green('ok'), missing: colors.red('missing'), optional: colors.yellow('optional') };
      output.line(formatTable(['', 'what', 'found', 'to do'], findings.map(({ what, state, found, todo }) => [marks[state], what, found, todo])));
      const missing = findings.filter(({ state }) => state === 'missing').map(({ what }) => what);
      if (missing.length > 0 && !output.json) throw new MinchatError('MC_SERVICE_UNAVAILABLE', `missing: ${missing.join(', ')}`, { hint: 'Do what the last column says.' });
      if (missing.length > 0) process.exitCode = 69;
    });
}

async function node(): Promise<Finding> {
  const ok = Number(process.versions.node.split('.')[0]) >= 24;
  return { what: 'Node.js', state: ok ? 'ok' : 'missing', found: process.version, todo: ok ? '' : 'run commands through npm: it brings Node.js 24' };
}

async function nats(): Promise<Finding> {
  const program = findProgram('nats-server');
  const given = process.env['NATS_URL'];
  if (given) return { what: 'nats-server', state: 'ok', found: `${redacted(given)} (NATS_URL)`, todo: '' };
  if (program === undefined) return { what: 'nats-server', state: 'missing', found: 'none', todo: 'apt-get install nats-server, or set NATS_URL' };
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 10_000 });
    const [, major, minor] = (/v(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
    const old = major !== undefined && minor !== undefined && (major < 2 || (major === 2 && minor < 9));
    return { what: 'nats-server', state: old ? 'missing' : 'ok', found: `${stdout.trim()} (${program})`, todo: old ? 'install 2.9 or newer, or set NATS_URL' : '' };
  } catch {
    return { what: 'nats-server', state: 'missing', found: `${program} does not run`, todo: 'install another (2.9 or newer), or set NATS_URL' };
  }
}

async function system(): Promise<Finding> {
  const { natsUrl, running } = await findSystem();
  if (!running) return { what: 'running system', state: 'optional', found: 'none', todo: 'npm start, or npm run minchat -- up' };
  try {
    const { runs } = await withBus((bus) => bus.call(rpc.listRuns, { limit: 1 }));
    return { what: 'running system', state: 'ok', found: `${redacted(natsUrl)}${runs[0] === undefined ? '' : `, last run ${runs[0].runId}`}`, todo: '' };
  } catch (error) {
    return { what: 'running system', state: 'missing', found: error instanceof Error ? error.message : String(error), todo: 'start the services, or unset NATS_URL' };
  }
}

async function memory(): Promise<Finding> {
  // A container may have less than the machine; 0 where nothing limits it.
  const total = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  const enough = total > 3 * 1024 ** 3;
  return { what: 'memory', state: enough ? 'ok' : 'missing', found: `${formatBytes(total)}, ${formatBytes(process.availableMemory())} free, ${availableParallelism()} cores`, todo: enough ? '' : 'the quickstart needs about 3 GiB' };
}

async function disk(): Promise<Finding> {
  const home = homeFolder();
  try {
    await makeHome(home);
    await access(home, constants.W_OK);
  } catch (error) {
    return { what: 'disk', state: 'missing', found: toMinchatError(error).message, todo: 'set MINCHAT_HOME to a folder that you may write in' };
  }
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  const enough = free > 1024 ** 3;
  return { what: 'disk', state: enough ? 'ok' : 'missing', found: `${formatBytes(free)} free in ${home}`, todo: enough ? '' : 'free some space, or set MINCHAT_HOME to another disk' };
}

async function ports(): Promise<Finding[]> {
  if ((await findSystem()).running) return [];
  return Promise.all(Object.entries(readPortEnv()).map(async ([variable, port]) => {
    const error = port === 0 ? undefined : await portError(port);
    const free = error === undefined;
    return { what: `port ${port}`, state: free ? ('ok' as const) : ('missing' as const), found: free ? 'free' : error.code === 'MC_PORT_TAKEN' ? 'taken' : error.message, todo: free ? '' : `set ${variable} to another port (0 takes any)` };
  }));
}

/** As libs/tfjs-native/scripts/build.mjs asks for it. */
async function compiler(): Promise<Finding> {
  const command = process.env['CXX'] || 'g++';
  const [program = '', ...wrapped] = command.split(/\s+/);
  try {
    const { stdout } = await run(program, [...wrapped, '--version'], { timeout: 10_000 });
    return { what: 'C++ compiler', state: 'ok', found: stdout.split('\n')[0] ?? '', todo: '' };
  } catch {
    return { what: 'C++ compiler', state: 'optional', found: `no ${command}`, todo: 'apt-get install g++, or set CXX to another: for native kernels' };
  }
}

async function docker(): Promise<Finding> {
  const program = findProgram('docker');
  const todo = 'for containers and their tests: apt-get install docker.io';
  if (program === undefined) return { what: 'Docker', state: 'optional', found: 'none', todo };
  try {
    const { stdout } = await run(program, ['version', '--format', '{{.Server.Version}}'], { timeout: 10_000 });
    return { what: 'Docker', state: 'ok', found: stdout.trim(), todo: '' };
  } catch {
    return { what: 'Docker', state: 'optional', found: 'no engine answers', todo: 'start the engine: dockerd &' };
  }
}

const backendHelp: Readonly<Record<string, string>> = {
  tensorflow: 'npm run setup:gpu',
  native: 'with a C++ compiler: npm run build -w @minchat/tfjs-native',
  webgpu: 'needs a GPU with Vulkan, Metal or Direct3D 12',
};

/** Each in a process of its own, since some fail by ending it. */
async function backends(): Promise<Finding[]> {
  const script = `const { startBackend } = await import('@minchat/model');
    const { name, reason } = await startBackend(process.argv[1]); console.log(JSON.stringify({ name, reason })); process.exit(0);`;
  const ask = async (argument: string) =>
    JSON.parse((await run(process.execPath, ['--input-type=module', '-e', script, argument], { cwd: join(root, 'libs/cli'), timeout: 60_000 })).stdout.trim().split('\n').at(-1) ?? '') as unknown;
  const findings: Finding[] = [];
  for (const name of backendNames) {
    try {
      await ask(name);
      findings.push({ what: `backend ${name}`, state: 'ok', found: 'works', todo: '' });
    } catch (error) {
      const text = (error as { stderr?: string }).stderr ?? String(error);
      const reason = /MinchatError: (.*)/.exec(text)?.[1] ?? 'does not work here';
      findings.push({ what: `backend ${name}`, state: name === 'wasm' || name === 'cpu' ? 'missing' : 'optional', found: reason.slice(0, 100), todo: backendHelp[name] ?? '' });
    }
  }
  return findings;
}
