import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeHome, redacted } from '@minchat/bus';
import { MinchatError } from '@minchat/errors';
import { z } from 'zod';
import { processStart } from './process.ts';

const processSchema = z.object({ name: z.string(), pid: z.int(), start: z.string() });
const systemSchema = z.object({
  pid: z.int(),
  start: z.string(),
  /** Told when everything is ready. */
  natsUrl: z.string().optional(),
  gatewayUrl: z.string().optional(),
  children: z.array(processSchema).default([]),
});

/** What `minchat up` writes about itself, in `up.json`. */
export type RunningSystem = z.infer<typeof systemSchema>;

const fileOf = (home: string) => join(home, 'up.json');

/** The system that runs with this home, or undefined. */
export async function runningSystem(home: string): Promise<RunningSystem | undefined> {
  const system = await readSystem(home);
  return system !== undefined && processStart(system.pid) === system.start ? system : undefined;
}

async function readSystem(home: string): Promise<RunningSystem | undefined> {
  try {
    return systemSchema.parse(JSON.parse(await readFile(fileOf(home), 'utf8')));
  } catch {
    return undefined;
  }
}

export interface HomeLock {
  /** Tells other commands about the system. */
  update(about: Omit<RunningSystem, 'pid' | 'start'>): Promise<void>;
  release(): Promise<void>;
}

/**
 * Makes this process the only `up` of a home. Children that an `up` left behind when it was killed
 * are ended first. Throws MC_CONFLICT when another one runs.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  await makeHome(home);
  const running = await runningSystem(home);
  if (running !== undefined) throw conflict(home, running);
  const left = await readSystem(home);
  // A moment in which two could both take over a dead one's home: the exclusive create decides.
  const gate = join(home, 'up.lock');
  const start = processStart(process.pid) ?? '';
  if (await isStale(gate)) await rm(gate, { force: true });
  try {
    const file = await open(gate, 'wx');
    await file.writeFile(JSON.stringify({ pid: process.pid, start }));
    await file.close();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw new MinchatError('MC_CONFLICT', `another minchat is starting in ${home}`, { cause, hint: 'Wait for it, or set MINCHAT_HOME to another folder.' });
  }
  await Promise.all((left?.children ?? []).map(killLeft));
  let written: Promise<void> = Promise.resolve();
  return {
    update(about) {
      // One after the other: children start at the same time. What could not be written keeps nothing from being written later.
      written = written.catch(() => undefined).then(async () => {
        const draft = `${fileOf(home)}.${process.pid}`;
        // A password may stand in the address of NATS.
        await writeFile(draft, JSON.stringify({ pid: process.pid, start, ...about } satisfies RunningSystem, null, 2), { mode: 0o600 });
        await rename(draft, fileOf(home));
      });
      return written;
    },
    async release() {
      await rm(fileOf(home), { force: true });
      await rm(gate, { force: true });
    },
  };
}

/** Its port and its files are free only when it is gone. */
async function killLeft({ pid, start }: z.infer<typeof processSchema>): Promise<void> {
  while (processStart(pid) === start) {
    process.kill(pid, 'SIGKILL');
    await sleep(20);
  }
}

async function isStale(gate: string): Promise<boolean> {
  try {
    const { pid, start } = z.object({ pid: z.int(), start: z.string() }).parse(JSON.parse(await readFile(gate, 'utf8')));
    return processStart(pid) !== start;
  } catch (error) {
    // Not there is not stale; not readable is: its writer was killed in between.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function conflict(home: string, { pid, natsUrl }: RunningSystem): MinchatError {
  return new MinchatError('MC_CONFLICT', `minchat is up in ${home} already (process ${pid}${natsUrl === undefined ? '' : `, ${redacted(natsUrl)}`})`, {
    hint: 'Use it, stop it with Ctrl-C where it runs, or set MINCHAT_HOME to another folder.',
  });
}
