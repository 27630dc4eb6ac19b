import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { brokenOffMs, removeStale } from './artifacts/cache-limit.ts';

/** Makes MINCHAT_HOME. What people wrote lies in it, and their passwords' hashes: it is for nobody else to read. */
export async function makeHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
}

/**
 * A folder for a file that is being imported; who asks for it removes it. Not in the system's temporary folder, which may be
 * in memory, and where nobody would remove what a process that was killed has left.
 */
export async function makeImportFolder(home: string): Promise<string> {
  await makeHome(home);
  const all = join(home, 'imports');
  await mkdir(all, { recursive: true });
  await removeStale(all, brokenOffMs);
  return mkdtemp(join(all, 'import-'));
}
