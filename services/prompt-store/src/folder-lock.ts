import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { MinchatError } from '@minchat/errors';

/** The folders that this process has locked. */
const lockedHere = new Set<string>();

/** Writes this process's number beside the folder. Throws MC_CONFLICT when another process has it. */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  const lock = `${path}.lock`;
  if (lockedHere.has(path)) throw inUse(path, `process ${process.pid}`, lock);
  lockedHere.add(path);
  // Linked into its place when it is whole: no other process sees half of it.
  const draft = `${lock}.${randomUUID()}`;
  try {
    await writeFile(draft, `${process.pid} ${hostname()}`);
    while (!(await place(draft, lock))) await removeAbandoned(path, lock, draft);
  } catch (error) {
    lockedHere.delete(path);
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    await rm(lock, { force: true });
    lockedHere.delete(path);
  };
}

/**
 * Removes the lock of a process that is dead. Only who holds the lock `.taking` may: between the
 * look at a lock and its removal nobody else can have removed it and put theirs in its place.
 */
async function removeAbandoned(path: string, lock: string, draft: string): Promise<void> {
  const taking = `${lock}.taking`;
  if (!(await place(draft, taking))) throw inUse(path, 'another process', taking);
  try {
    const text = await readFile(lock, 'utf8').catch(() => undefined);
    // Given back since it was met.
    if (text === undefined) return;
    const [pid = '', host = ''] = text.split(' ');
    // In a container that was started again, the dead process had this one's number.
    const held = Number(pid) !== process.pid && isAlive(Number(pid));
    if (host !== '' && (host !== hostname() || held)) throw inUse(path, `process ${pid} on ${host}`, lock);
    await rm(lock);
  } finally {
    await rm(taking, { force: true });
  }
}

/** False when there is a file of this name already. */
async function place(draft: string, name: string): Promise<boolean> {
  try {
    await link(draft, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function inUse(path: string, who: string, lock: string): MinchatError {
  return new MinchatError('MC_CONFLICT', `${path}: expected a database nobody has open, found ${who} using it`, {
    hint: `Stop that process, or set DATABASE_URL to a PostgreSQL server for several instances. If there is no such process, delete ${lock}.`,
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
