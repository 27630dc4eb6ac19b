import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { counted, type BlobOptions, type BlobStore } from './blob-store.ts';
import { brokenOffMs, removeStale } from './cache-limit.ts';

async function missingIsUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw toMinchatError(error);
  }
}

/** `file:FOLDER`: one file per blob, written beside and moved into place. */
export async function openFileBlobs(folder: string): Promise<BlobStore> {
  const scratch = join(folder, 'partial');
  await removeStale(scratch, brokenOffMs);
  const pathOf = (name: string): string => join(folder, name);
  async function write(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, { signal, onBytes }: BlobOptions): Promise<void> {
    const path = pathOf(name);
    const partial = join(scratch, randomUUID());
    try {
      await mkdir(dirname(path), { recursive: true });
      await mkdir(scratch, { recursive: true });
      await pipeline(content, counted(onBytes), createWriteStream(partial, { flush: true }), signal ? { signal } : {});
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      const known = toMinchatError(error);
      throw known.code === 'MC_DISK_FULL' ? new MinchatError('MC_DISK_FULL', `${folder}: ${known.message}`, { cause: error }) : known;
    }
  }

  return {
    async storedAt(name, size) {
      const found = await missingIsUndefined(stat(pathOf(name)));
      return size === undefined || found?.size === size ? found?.mtimeMs : undefined;
    },
    async list(within) {
      const found = await missingIsUndefined(readdir(pathOf(within), { recursive: true, withFileTypes: true }));
      return (found ?? []).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
    },
    put: (name, size, source, options) => write(name, size === 0 ? [] : source(0, size), options),
    async *get(name, _size, { signal, onBytes }) {
      try {
        for await (const chunk of createReadStream(pathOf(name), { ...(signal ? { signal } : {}), highWaterMark: 256 * 1024 })) {
          onBytes?.((chunk as Uint8Array).length);
          yield chunk as Uint8Array;
        }
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
        throw new MinchatError('MC_ARTIFACT_MISSING', `expected ${name} in ${folder}, found nothing`, { cause });
      }
    },
    remove: (name) => rm(pathOf(name), { force: true }),
    putSmall: (name, bytes) => write(name, [bytes], {}),
    getSmall: (name) => missingIsUndefined(readFile(pathOf(name))),
  };
}
