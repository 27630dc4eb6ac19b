import { MinchatError } from '@minchat/errors';
import type { JetStreamManager, NatsConnection, NatsError } from 'nats';
import { retrying } from '../nats-errors.ts';
import { removeMessages } from '../remove-messages.ts';
import { artifactStream } from '../topology.ts';
import type { BlobOptions, BlobStore, Source } from './blob-store.ts';

// A blob is a row of messages, one subject per chunk, read by direct get. (The client's object store
// would do, but hashes every byte in JavaScript a second time, which took nine tenths of the time,
// and sends a whole object before it waits for any answer. Our digests are checked above.)
const chunkBytes = 256 * 1024;
/** How many chunks are on their way at once. */
const window = 8;
const timeout = 10_000;

function subjectOf(name: string, index: number | '*' | '>'): string {
  return `artifacts.${name.replaceAll('/', '.')}.${index}`;
}

function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(size / chunkBytes));
}

/** `nats:`: the stream ARTIFACTS. */
export function natsBlobs(nats: NatsConnection, manager: JetStreamManager): BlobStore {
  const jetStream = nats.jetstream();

  async function send(name: string, index: number, bytes: Uint8Array): Promise<void> {
    await retrying(`storing ${name}`, () => jetStream.publish(subjectOf(name, index), bytes, { timeout }));
  }

  async function fetchChunk(name: string, index: number): Promise<Uint8Array | undefined> {
    return (await fetchMessage(name, index))?.data;
  }

  async function fetchMessage(name: string, index: number): Promise<{ data: Uint8Array; storedAt: number } | undefined> {
    const subject = subjectOf(name, index);
    return retrying(`fetching ${name}`, async () => {
      const { data, headers } = await nats.request(`$JS.API.DIRECT.GET.${artifactStream.name}.${subject}`, undefined, { timeout });
      if (headers?.code === 404) return fetchFromLeader(subject);
      if (headers?.hasError) throw new MinchatError('MC_NATS_UNAVAILABLE', `fetching ${name}: ${headers.status}`);
      return { data, storedAt: Date.parse(headers?.get('Nats-Time-Stamp') ?? '') };
    });
  }

  /** A server of a cluster that does not have a chunk may only not have it yet. */
  async function fetchFromLeader(subject: string): Promise<{ data: Uint8Array; storedAt: number } | undefined> {
    try {
      const { data, time } = await manager.streams.getMessage(artifactStream.name, { last_by_subj: subject });
      return { data, storedAt: time.getTime() };
    } catch (error) {
      if ((error as NatsError).code === '404') return undefined;
      throw error;
    }
  }

  async function put(name: string, size: number, source: Source, { signal, onBytes }: BlobOptions): Promise<void> {
    const last = chunkCount(size) - 1;
    const underway = new Set<Promise<void>>();
    const failed: unknown[] = [];
    for (let index = 0; index <= last; index += 1) {
      signal?.throwIfAborted();
      const start = index * chunkBytes;
      const end = Math.min(size, start + chunkBytes);
      const bytes = await readAll(source, start, end);
      // The last is there when all are.
      while (underway.size >= (index === last ? 1 : window)) await Promise.race(underway);
      if (failed.length > 0) throw failed[0];
      const sending = send(name, index, bytes)
        .then(() => onBytes?.(bytes.length))
        .catch((error: unknown) => void failed.push(error))
        .finally(() => underway.delete(sending));
      underway.add(sending);
    }
    await Promise.all(underway);
    if (failed.length > 0) throw failed[0];
  }

  async function* get(name: string, size: number, { signal, onBytes }: BlobOptions): AsyncGenerator<Uint8Array> {
    const count = chunkCount(size);
    const ahead: Promise<Uint8Array | undefined>[] = [];
    for (let index = 0; index < count; index += 1) {
      signal?.throwIfAborted();
      while (ahead.length < window && index + ahead.length < count) {
        const chunk = fetchChunk(name, index + ahead.length);
        // It may fail while an earlier one is still waited for.
        chunk.catch(() => undefined);
        ahead.push(chunk);
      }
      const bytes = await ahead.shift();
      const expected = Math.min(size - index * chunkBytes, chunkBytes);
      if (bytes?.length !== expected) {
        const found = bytes === undefined ? 'nothing' : `${bytes.length} bytes`;
        throw new MinchatError('MC_ARTIFACT_MISSING', `expected ${expected} bytes as part ${index} of ${name} in the artifact store, found ${found}`);
      }
      onBytes?.(bytes.length);
      yield bytes;
    }
  }

  async function list(folder: string): Promise<string[]> {
    const filter = subjectOf(folder.slice(0, -1), '>');
    const { state } = await retrying('listing artifacts', () => manager.streams.info(artifactStream.name, { subjects_filter: filter }));
    // Each subject is a chunk.
    const names = Object.keys(state.subjects ?? {}).map((subject) => subject.split('.').slice(1, -1).join('/'));
    return [...new Set(names)];
  }

  async function remove(name: string): Promise<void> {
    await removeMessages(nats, manager, artifactStream.name, subjectOf(name, '*'));
  }

  /** A small blob tells its own size: it is preceded by the number of its chunks. */
  async function putSmall(name: string, bytes: Uint8Array): Promise<void> {
    const framed = Buffer.concat([Buffer.from([chunkCount(bytes.length + 1)]), bytes]);
    await put(name, framed.length, (start, end) => [framed.subarray(start, end)], {});
  }

  async function getSmall(name: string): Promise<Uint8Array | undefined> {
    const first = await fetchChunk(name, 0);
    if (first?.[0] === undefined) return undefined;
    const rest = await Promise.all(Array.from({ length: first[0] - 1 }, (_, index) => fetchChunk(name, index + 1)));
    return rest.includes(undefined) ? undefined : Buffer.concat([first.subarray(1), ...rest.map((bytes) => bytes ?? new Uint8Array())]);
  }

  return {
    async storedAt(name, size = 0) {
      const last = await fetchMessage(name, chunkCount(size) - 1);
      const whole = size === 0 || last?.data.length === size - (chunkCount(size) - 1) * chunkBytes;
      return whole ? last?.storedAt : undefined;
    },
    list,
    put,
    get,
    remove,
    putSmall,
    getSmall,
  };
}

async function readAll(source: Source, start: number, end: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  if (end > start) for await (const chunk of source(start, end)) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
