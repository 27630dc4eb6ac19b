import { Transform } from 'node:stream';

/** Where bytes come from: opened anew for every part, `end` exclusive. */
export type Source = (start: number, end: number) => AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface BlobOptions {
  signal?: AbortSignal | undefined;
  /** Called with the number of bytes just moved. */
  onBytes?: (count: number) => void;
}

/**
 * A place for named, immutable bytes. Names are slash-separated. A blob is there as a whole or not
 * at all; putting one that is there again is allowed and changes nothing.
 */
export interface BlobStore {
  /**
   * When it was stored, in milliseconds since 1970; undefined when it is not there. With a size: when it
   * is not there as a whole.
   */
  storedAt(name: string, size?: number): Promise<number | undefined>;
  /** The names that begin with `folder`, which ends with a slash, in no order. */
  list(folder: string): Promise<string[]>;
  /** Throws MC_DISK_FULL. */
  put(name: string, size: number, source: Source, options: BlobOptions): Promise<void>;
  /** The bytes, in order. Throws MC_ARTIFACT_MISSING. */
  get(name: string, size: number, options: BlobOptions): AsyncIterable<Uint8Array>;
  remove(name: string): Promise<void>;
  /** For manifests, whose size the reader does not know. At most 4 MiB. */
  putSmall(name: string, bytes: Uint8Array): Promise<void>;
  getSmall(name: string): Promise<Uint8Array | undefined>;
}

/** Passes bytes on and counts them. */
export function counted(onBytes: ((count: number) => void) | undefined): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
}
