import { createHash } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Manifest, decode, type ArtifactRef, type ManifestFile } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import type { ServiceMetrics } from '@minchat/telemetry';
import type { ArtifactStore, TransferOptions } from '../types.ts';
import type { BlobStore } from './blob-store.ts';
import { pruneCache, touchArtifact } from './cache-limit.ts';
import { collectGarbage, trustedMs } from './garbage.ts';
import { blobName, hashOf, manifestName, place, type Located } from './names.ts';
import { describeFolder, fillFolder, holds, manifestLimit, sha256 } from './folder.ts';

/** Content-addressed artifacts over any store of blobs, with a local cache of at most `cacheBytes` in `cacheFolder`. */
export function createArtifactStore(blobs: BlobStore, cacheFolder: string, metrics?: ServiceMetrics, cacheBytes = Infinity): ArtifactStore {
  const scratch = join(cacheFolder, 'partial');
  const cached = ({ digest }: Located): string => join(cacheFolder, 'artifacts', hashOf(digest));
  /** Two stages that ask for the same artifact at once fetch it once, unless the first of them is cancelled. */
  const fetching = new Map<string, { work: Promise<void>; signal: AbortSignal | undefined }>();

  let pruning = Promise.resolve();

  /** After something came into the cache. What cannot be removed now is tried again then. */
  function makeRoom(): Promise<void> {
    if (cacheBytes !== Infinity) pruning = pruning.then(() => pruneCache(join(cacheFolder, 'artifacts'), scratch, cacheBytes)).catch(() => undefined);
    return pruning;
  }

  function counter(direction: 'sent' | 'fetched', size: number, onProgress: TransferOptions['onProgress']): (count: number) => void {
    let done = 0;
    return (count) => {
      done += count;
      metrics?.artifactBytes.inc({ direction }, count);
      onProgress?.(done, size);
    };
  }

  async function put(folder: string, kind: string, { signal, onProgress, scope = '' }: TransferOptions & { scope?: string } = {}): Promise<ArtifactRef> {
    const { files, manifest, digest, size } = await describeFolder(folder, kind);
    const ref: ArtifactRef = { kind, digest, size, scope };
    const onBytes = counter('sent', size, onProgress);
    for (const file of files) {
      signal?.throwIfAborted();
      const name = blobName(scope, file.sha256);
      const path = join(folder, file.path);
      const storedAt = await blobs.storedAt(name, file.size);
      if (storedAt !== undefined && Date.now() - storedAt < trustedMs) onBytes(file.size);
      else await blobs.put(name, file.size, (start, end) => createReadStream(path, { start, end: end - 1 }), { signal, onBytes });
    }
    await blobs.putSmall(manifestName(ref), manifest);
    if (scope === '') await keepCopy(folder, files, ref);
    return ref;
  }

  /** What was just put is soon asked for by the next stage, often on this machine. */
  async function keepCopy(folder: string, files: readonly ManifestFile[], ref: ArtifactRef): Promise<void> {
    if (await stat(cached(ref)).catch(() => undefined)) return;
    await fillFolder(scratch, cached(ref), ref, async (partial) => {
      for (const { path } of files) {
        await mkdir(dirname(join(partial, path)), { recursive: true });
        await copyFile(join(folder, path), join(partial, path), constants.COPYFILE_FICLONE);
      }
    }).catch(() => undefined); // Only the short way is lost: the artifact itself is stored.
    await makeRoom();
  }

  async function readManifest(ref: ArtifactRef): Promise<Manifest> {
    const bytes = await blobs.getSmall(manifestName(ref));
    if (bytes === undefined) throw new MinchatError('MC_ARTIFACT_MISSING', `expected the ${ref.kind} ${ref.digest} in the artifact store, found no manifest of it`);
    const found = `sha256:${sha256(bytes)}`;
    if (found !== ref.digest) throw new MinchatError('MC_ARTIFACT_CORRUPT', `manifest: expected ${ref.digest}, found ${found}`);
    // The paths in it are checked here: none leaves the folder.
    const manifest = decode(Manifest, bytes, manifestLimit);
    const size = manifest.files.reduce((sum, file) => sum + file.size, 0);
    // A spec names an artifact by its digest alone: its size is not known (0) until the manifest tells it.
    if (manifest.kind !== ref.kind || (ref.size !== 0 && size !== ref.size)) {
      throw new MinchatError('MC_ARTIFACT_CORRUPT', `${ref.digest}: expected a ${ref.kind} of ${ref.size} bytes, found a ${manifest.kind} of ${size}`);
    }
    return manifest;
  }

  async function fetchFile({ scope }: ArtifactRef, file: ManifestFile, path: string, signal: AbortSignal | undefined, onBytes: (count: number) => void): Promise<void> {
    const hash = createHash('sha256');
    let size = 0;
    await mkdir(dirname(path), { recursive: true });
    const checked = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of source) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    await pipeline(blobs.get(blobName(scope, file.sha256), file.size, { signal, onBytes }), checked, createWriteStream(path, { flags: 'wx' }));
    const digest = hash.digest('hex');
    if (size !== file.size || digest !== file.sha256) {
      throw new MinchatError('MC_ARTIFACT_CORRUPT', `${file.path}: expected ${file.size} bytes with SHA-256 ${file.sha256}, found ${size} with ${digest}`);
    }
  }

  async function fetchArtifact(ref: ArtifactRef, { signal, onProgress }: TransferOptions): Promise<void> {
    const manifest = await readManifest(ref);
    const onBytes = counter('fetched', ref.size, onProgress);
    await fillFolder(scratch, cached(ref), ref, async (partial) => {
      for (const file of manifest.files) {
        signal?.throwIfAborted();
        await fetchFile(ref, file, join(partial, file.path), signal, onBytes);
      }
    });
  }

  async function get(ref: ArtifactRef, options: TransferOptions = {}): Promise<string> {
    const folder = cached(ref);
    for (let known = fetching.get(ref.digest); known; known = fetching.get(ref.digest)) {
      try {
        await known.work;
        return folder;
      } catch (error) {
        if (!known.signal?.aborted) throw toMinchatError(error);
      }
    }
    const work = (async () => {
      await touchArtifact(folder);
      if (await holds(folder, ref)) return;
      await fetchArtifact(ref, options);
      await makeRoom();
    })();
    fetching.set(ref.digest, { work, signal: options.signal });
    try {
      await work;
      return folder;
    } catch (error) {
      throw toMinchatError(error);
    } finally {
      fetching.delete(ref.digest);
    }
  }

  async function remove(ref: ArtifactRef, keep?: ArtifactRef): Promise<void> {
    if (ref.scope === '') throw new MinchatError('MC_INTERNAL', `${ref.digest}: expected an artifact with a scope, found one whose files others may share`);
    await rm(cached(ref), { recursive: true, force: true });
    if ((await blobs.getSmall(manifestName(ref))) === undefined || keep?.digest === ref.digest) return;
    const kept = new Set(keep ? (await readManifest(keep)).files.map((file) => file.sha256) : []);
    const { files } = await readManifest(ref);
    // The manifest goes first: an artifact that has one is complete.
    await blobs.remove(manifestName(ref));
    for (const file of files) if (!kept.has(file.sha256)) await blobs.remove(blobName(ref.scope, file.sha256));
  }

  async function removeScope(scope: string): Promise<void> {
    for (const name of await blobs.list(`${place(scope)}/`)) {
      await blobs.remove(name);
      // The name of a manifest ends as that of its folder does.
      await rm(join(cacheFolder, 'artifacts', basename(name)), { recursive: true, force: true });
    }
  }

  return {
    put,
    get,
    has: async (ref) => (await blobs.getSmall(manifestName(ref))) !== undefined,
    remove,
    removeScope,
    collect: (needed, { dryRun = false } = {}) => collectGarbage(blobs, needed, dryRun),
  };
}
