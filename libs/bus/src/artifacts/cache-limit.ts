import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

/** What was asked for within this time may be in somebody's hands, of this process or another, and is never removed. */
export const inUseMs = 60 * 60_000;

/** What a transfer had half done when its process was killed is removed after this time. */
export const brokenOffMs = 24 * 60 * 60_000;

/** Removes what is in a folder and was not changed for so long. */
export async function removeStale(folder: string, forMs: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > forMs) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Shows that a cached artifact is in use. Who uses one for long does this every now and then. */
export async function touchArtifact(folder: string): Promise<void> {
  const now = new Date();
  await utimes(folder, now, now).catch(() => undefined);
}

/**
 * Removes the artifacts of a cache (`folder` holds one folder for each) that were used least recently
 * until the rest takes at most `limitBytes`, but none that is in use. `scratch` is on the same disk; what was broken off
 * there long ago is removed, too.
 */
export async function pruneCache(folder: string, scratch: string, limitBytes: number, now = Date.now()): Promise<void> {
  await removeStale(scratch, brokenOffMs);
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(names.map(async (name) => {
    const path = join(folder, name);
    const at = await stat(path).catch(() => undefined);
    return at?.isDirectory() ? { path, usedMs: at.mtimeMs, bytes: await bytesIn(path) } : undefined;
  }));
  const artifacts = found.filter((one) => one !== undefined).toSorted((a, b) => a.usedMs - b.usedMs);
  let total = artifacts.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of artifacts) {
    if (total <= limitBytes) return;
    // Looked at again: it may have been asked for since.
    const at = await stat(path).catch(() => undefined);
    if (at === undefined || now - at.mtimeMs < inUseMs) continue;
    // Away in one step: nobody finds half of it.
    await mkdir(scratch, { recursive: true });
    const away = join(scratch, randomUUID());
    await rename(path, away).catch(() => undefined);
    await rm(away, { recursive: true, force: true });
    total -= bytes;
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}
