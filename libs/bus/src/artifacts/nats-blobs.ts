import { MinchatError } from '@minchat/errors';
import type { ObjectStore } from 'nats';
import { retrying } from '../nats-errors.ts';
import type { BlobStore, Source } from './blob-store.ts';

// The client sends all chunks of an object before it waits for any answer, and a read that breaks
// off begins anew. So a large file is stored as several objects of a limited size, each small
// enough to be held in memory and repeated. The last is there when all are: they are put in order.
const partBytes = 8 * 1024 * 1024;
const chunkBytes = 256 * 1024;
/** A chunk that does not come within this time does not come; the part is asked for again. */
const stallMs = 10_000;

interface Part {
  name: string;
  start: number;
  end: number;
  size: number;
}

function partsOf(name: string, size: number): Part[] {
  return Array.from({ length: Math.max(1, Math.ceil(size / partBytes)) }, (_, index) => {
    const start = index * partBytes;
    const end = Math.min(size, start + partBytes);
    return { name: `${name}/${index}`, start, end, size: end - start };
  });
}

async function readAll(source: Source, { start, end }: Part): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  if (end > start) for await (const chunk of source(start, end)) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** `nats:`: the JetStream object store. */
export function natsBlobs(store: ObjectStore): BlobStore {
  async function there(part: Part): Promise<boolean> {
    const info = await retrying('looking for an artifact', () => store.info(part.name));
    return info !== null && !info.deleted && info.size === part.size;
  }

  async function fetchObject(name: string): Promise<Uint8Array | undefined> {
    const result = await store.get(name);
    if (result === null) return undefined;
    // The same failure reaches the reader.
    result.error.catch(() => undefined);
    const reader = result.data.getReader();
    const chunks: Uint8Array[] = [];
    try {
      for (;;) {
        const { done, value } = await withinStall(reader.read(), name);
        if (done) return Buffer.concat(chunks);
        chunks.push(value);
      }
    } catch (error) {
      if (/corrupt/.test((error as Error).message)) throw new MinchatError('MC_ARTIFACT_CORRUPT', `${name}: ${(error as Error).message}`, { cause: error });
      throw error;
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  return {
    async has(name, size) {
      const last = partsOf(name, size).at(-1);
      return last !== undefined && there(last);
    },
    async put(name, size, source, { signal, onBytes }) {
      for (const part of partsOf(name, size)) {
        signal?.throwIfAborted();
        if (!(await there(part))) {
          const bytes = await readAll(source, part);
          await retrying(`storing ${name}`, () => store.putBlob({ name: part.name, options: { max_chunk_size: chunkBytes } }, bytes, { timeout: stallMs }));
        }
        onBytes?.(part.size);
      }
    },
    async *get(name, size, { signal, onBytes }) {
      for (const part of partsOf(name, size)) {
        signal?.throwIfAborted();
        const bytes = await retrying(`fetching ${name}`, () => fetchObject(part.name));
        if (bytes?.length !== part.size) {
          const found = bytes === undefined ? 'nothing' : `${bytes.length} bytes`;
          throw new MinchatError('MC_ARTIFACT_MISSING', `expected ${part.name} of ${part.size} bytes in the object store, found ${found}`);
        }
        onBytes?.(bytes.length);
        yield bytes;
      }
    },
    async remove(name, size) {
      for (const part of partsOf(name, size)) {
        await retrying('removing an artifact', async () => {
          if (await there(part)) await store.delete(part.name);
        });
      }
    },
    async putSmall(name, bytes) {
      await retrying(`storing ${name}`, () => store.putBlob({ name, options: { max_chunk_size: chunkBytes } }, bytes, { timeout: stallMs }));
    },
    getSmall(name) {
      return retrying(`fetching ${name}`, () => fetchObject(name));
    },
    async removeSmall(name) {
      await retrying('removing an artifact', async () => {
        if ((await store.info(name))?.deleted === false) await store.delete(name);
      });
    },
  };
}

async function withinStall<T>(work: Promise<T>, name: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new MinchatError('MC_NATS_UNAVAILABLE', `${name}: expected more bytes within ${stallMs / 1000} s, found none`)), stallMs);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
