import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  const gate = join(home, 'up.lock');
  const start = processStart(process.pid) ?? '';
  if (!(await take(gate, JSON.stringify({ pid: process.pid, start })))) {
    throw new MinchatError('MC_CONFLICT', `another minchat is starting in ${home}`, { hint: 'Wait for it, or set MINCHAT_HOME to another folder.' });
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

/**
 * Puts a lock that says who has it into its place, also into that of one who is dead. Only who has the lock `.next` may
 * put it there: between the look at the dead one's and its end nobody else can have put theirs.
 */
async function take(lock: string, mine: string): Promise<boolean> {
  // In its place when it is whole: nobody sees half of it.
  const draft = `${lock}.${randomUUID()}`;
  await writeFile(draft, mine);
  try {
    if (await link(draft, lock).then(() => true, isThere)) return true;
    const theirs = await readFile(lock, 'utf8').catch(() => undefined);
    // Given back meanwhile: it was somebody's just now.
    if (theirs === undefined || !isDead(theirs) || !(await take(`${lock}.next`, mine))) return false;
    const isLeft = (await readFile(lock, 'utf8').catch(() => undefined)) === theirs;
    if (isLeft) await rename(draft, lock);
    await rm(`${lock}.next`);
    return isLeft;
  } finally {
    await rm(draft, { force: true });
  }
}

/** False where there is a file of that name; any other failure is thrown. */
function isThere(error: NodeJS.ErrnoException): false {
  if (error.code !== 'EEXIST') throw error;
  return false;
}

/** Whose lock cannot be read is dead, too: an older version did not put it there as a whole. */
function isDead(lock: string): boolean {
  try {
    const { pid, start } = z.object({ pid: z.int(), start: z.string() }).parse(JSON.parse(lock));
    return processStart(pid) !== start;
  } catch {
    return true;
  }
}

function conflict(home: string, { pid, natsUrl }: RunningSystem): MinchatError {
  return new MinchatError('MC_CONFLICT', `minchat is up in ${home} already (process ${pid}${natsUrl === undefined ? '' : `, ${redacted(natsUrl)}`})`, {
    hint: 'Use it, stop it with Ctrl-C where it runs, or set MINCHAT_HOME to another folder.',
  });
}
