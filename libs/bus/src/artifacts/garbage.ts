import { Manifest, decode, type ManifestFile } from '@minchat/contracts';
import type { BlobStore } from './blob-store.ts';
import { manifestLimit } from './folder.ts';
import { blobName, manifestName, place, type Located } from './names.ts';

/** What was stored within this time may belong to what is only being made: it stays. */
const youngMs = 60 * 60_000;

/** What `put` finds stored longer ago than this it stores again, so that nothing it counts on is removed meanwhile. */
export const trustedMs = youngMs / 6;

export interface Garbage {
  artifacts: number;
  bytes: number;
}

/**
 * Removes every artifact that is none of `keep` and was stored more than an hour ago, but for the files that
 * it shares with others, and what broken-off transfers left. Tells what was removed, or would be.
 */
export async function collectGarbage(blobs: BlobStore, keep: readonly Located[], dryRun: boolean): Promise<Garbage> {
  const kept = new Set(keep.map(manifestName));
  const scopes = new Set((await blobs.list('scopes/')).map((name) => name.split('/')[1] ?? ''));
  const garbage: Garbage = { artifacts: 0, bytes: 0 };
  for (const scope of ['', ...scopes]) {
    const { artifacts, bytes } = await collectIn(scope);
    garbage.artifacts += artifacts;
    garbage.bytes += bytes;
  }
  return garbage;

  async function collectIn(scope: string): Promise<Garbage> {
    const used = new Set<string>();
    const sizes = new Map<string, number>();
    const dead: string[] = [];
    for (const name of await blobs.list(`${place(scope)}/manifests/`)) {
      const inUse = kept.has(name) || !(await isOld(name));
      if (!inUse) dead.push(name);
      for (const { sha256, size } of await filesOf(name)) {
        if (inUse) used.add(sha256);
        sizes.set(sha256, size);
      }
    }
    // The manifests go first: an artifact that has one is complete. Looked at again, since reading them all takes its
    // time: one that was stored anew meanwhile stays, and its files have been, too.
    if (!dryRun) for (const name of dead) if (await isOld(name)) await blobs.removeSmall(name);
    let bytes = 0;
    for (const name of await blobs.list(`${place(scope)}/blobs/`)) {
      const hash = name.slice(blobName(scope, '').length);
      if (used.has(hash) || !(await isOld(name))) continue;
      bytes += sizes.get(hash) ?? 0;
      if (!dryRun) await blobs.remove(name);
    }
    return { artifacts: dead.length, bytes };
  }

  async function isOld(name: string): Promise<boolean> {
    const storedAt = await blobs.storedAt(name);
    return storedAt !== undefined && Date.now() - storedAt > youngMs;
  }

  /** Nobody knows what must stay for a manifest that is to be kept and cannot be read: that is an error. */
  async function filesOf(name: string): Promise<readonly ManifestFile[]> {
    const bytes = await blobs.getSmall(name);
    try {
      return bytes === undefined ? [] : decode(Manifest, bytes, manifestLimit).files;
    } catch (error) {
      if (kept.has(name)) throw error;
      return [];
    }
  }
}
