import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { get } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { toMinchatError, type MinchatError } from '@minchat/errors';

/**
 * Starts a child in a process group of its own (Ctrl-C on the terminal reaches this process only,
 * which then stops the children in order), its output appended to a log file.
 */
export function spawnLogged(command: string, args: readonly string[], { log, env, cwd }: { log: string; env?: NodeJS.ProcessEnv; cwd: string }): ChildProcess {
  const file = openSync(log, 'a');
  try {
    return spawn(command, args, { cwd, env: env ?? process.env, detached: true, stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
}

/** Keeps the last run's log as `.1` when it has grown large. */
export function rotateLog(path: string, limit = 10 * 1024 * 1024): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > limit) renameSync(path, `${path}.1`);
}

/** Asks a child to end, and ends it after `graceMs`. Resolves when it has ended. */
export async function endChild(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = new AbortController();
  await Promise.race([ended, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await ended;
}

/** A TCP port of this machine that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Why no server can listen on a port of this machine: MC_PORT_TAKEN, MC_ACCESS_DENIED; of one that has no such address, MC_INTERNAL. Undefined when one can. */
export async function portError(port: number, host = '127.0.0.1'): Promise<MinchatError | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(toMinchatError(error)));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** Whether a server of this machine says that all is well. */
export async function answersWell(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    // An agent of its own: the common one would go by the environment's proxy, which does not know this machine.
    const request = get({ host: '127.0.0.1', port, path, agent: false, signal: AbortSignal.timeout(2000) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}

/** Where a program is, looked for in PATH and where Debian and Homebrew put servers. */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin'];
  return folders.filter((folder) => folder !== '').map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return statSync(path).isFile();
    } catch {
      return false;
    }
  });
}

/**
 * When a process began, as the system tells it: with the id it names the process for good, which the id
 * alone does not. Undefined when there is no such process, or it is over.
 */
export const processStart: (pid: number) => string | undefined = existsSync('/proc/self/stat') ? startByProc : startByPs;

function startByProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22, counted behind the command, which may hold spaces and brackets. Zombies are over.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Where there is no /proc, as on macOS. */
export function startByPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } });
  const [, state = 'Z', start] = /^(\S+)\s+(.*\S)/.exec(stdout) ?? [];
  return state.startsWith('Z') ? undefined : start;
}
