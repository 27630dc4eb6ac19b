import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { MinchatError } from '@minchat/errors';

/** A file to import. */
export interface Source {
  readonly path: string;
  readonly totalBytes: number;
  /** Whether the content is gzip, whatever the file is called. */
  readonly gzip: boolean;
  /** Bytes of the file read so far (compressed ones, if it is compressed). */
  bytesRead(): number;
  /** For readers that do not read once from the beginning to the end. */
  setBytesRead(bytes: number): void;
  /** The content from its beginning, uncompressed. Throws MC_DATA_INVALID when it is not what it was taken for. */
  chunks(): AsyncGenerator<Buffer>;
}

/** Opens a file. Throws MC_NOT_FOUND. */
export async function openSource(path: string): Promise<Source> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new MinchatError('MC_NOT_FOUND', `${path}: expected a file to import, found none`, { cause });
  });
  const start = Buffer.alloc(2);
  const handle = await open(path);
  try {
    await handle.read(start, 0, 2, 0);
  } finally {
    await handle.close();
  }
  const gzip = start[0] === 0x1f && start[1] === 0x8b;
  let bytes = 0;

  return {
    path,
    totalBytes: info.size,
    gzip,
    bytesRead: () => bytes,
    setBytesRead: (value) => {
      bytes = value;
    },
    async *chunks() {
      const file = createReadStream(path, { highWaterMark: 256 * 1024 });
      file.on('data', (chunk) => {
        bytes += chunk.length;
      });
      if (!gzip) {
        yield* file as AsyncIterable<Buffer>;
        return;
      }
      const unzip = createGunzip();
      file.on('error', (error) => unzip.destroy(error));
      try {
        yield* file.pipe(unzip) as AsyncIterable<Buffer>;
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new MinchatError('MC_DATA_INVALID', `expected gzip data up to the end, found it broken: ${reason}`, {
          hint: 'Download or compress the file again.',
          cause,
        });
      } finally {
        file.destroy();
      }
    },
  };
}
