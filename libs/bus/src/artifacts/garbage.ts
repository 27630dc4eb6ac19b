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
 * Removes every artifact that is none of those `needed` and was stored more than an hour ago, but for the files that
 * it shares with others, and what broken-off transfers left. Tells what was removed, or would be.
 */
export async function collectGarbage(blobs: BlobStore, needed: () => Promise<readonly Located[]>, dryRun: boolean): Promise<Garbage> {
  const kept = new Set((await needed()).map(manifestName));
  const scopes = ['', ...new Set((await blobs.list('scopes/')).map((name) => name.split('/')[1] ?? ''))];
  /** What goes, by its name; a manifest of which a part is missing has no bytes. */
  const dead = new Map<string, { manifest: Uint8Array | undefined; files: readonly string[] }>();
  const used = new Set<string>();
  const sizes = new Map<string, number>();
  for (const scope of scopes) {
    for (const name of await blobs.list(`${place(scope)}/manifests/`)) {
      const manifest = await blobs.getSmall(name);
      const files = filesOf(name, manifest).map(({ sha256, size }) => ({ file: blobName(scope, sha256), size }));
      for (const { file, size } of files) sizes.set(file, size);
      if (kept.has(name) || !(await isOld(name))) for (const { file } of files) used.add(file);
      else dead.set(name, { manifest, files: files.map(({ file }) => file) });
    }
  }
  // The manifests go first: an artifact that has one is complete. Looked at again, since reading them all takes its
  // time: one that was stored anew meanwhile stays, and its files have been, too.
  if (!dryRun) for (const name of dead.keys()) if (await isOld(name)) await blobs.remove(name);
  // Who began to need one before it went has found it still there.
  if (!dryRun && dead.size > 0) for (const ref of await needed()) await putBack(manifestName(ref));
  let bytes = 0;
  for (const scope of scopes) {
    for (const name of await blobs.list(`${place(scope)}/blobs/`)) {
      if (used.has(name) || !(await isOld(name))) continue;
      bytes += sizes.get(name) ?? 0;
      if (!dryRun) await blobs.remove(name);
    }
  }
  return { artifacts: dead.size, bytes };

  async function putBack(name: string): Promise<void> {
    const { manifest, files } = dead.get(name) ?? {};
    if (manifest === undefined) return;
    await blobs.putSmall(name, manifest);
    for (const file of files ?? []) used.add(file);
    dead.delete(name);
  }

  async function isOld(name: string): Promise<boolean> {
    const storedAt = await blobs.storedAt(name);
    return storedAt !== undefined && Date.now() - storedAt > youngMs;
  }

  /** Nobody knows what must stay for a manifest that is to be kept and cannot be read: that is an error. */
  function filesOf(name: string, manifest: Uint8Array | undefined): readonly ManifestFile[] {
    try {
      return manifest === undefined ? [] : decode(Manifest, manifest, manifestLimit).files;
    } catch (error) {
      if (kept.has(name)) throw error;
      return [];
    }
  }
}
