import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { MinchatError } from '@minchat/errors';
import { kindOf, unpacked, type Packing } from './packing.ts';

/** A file to import. */
export interface Source {
  readonly path: string;
  readonly totalBytes: number;
  /** How the content is packed, whatever the file is called. */
  readonly packing: Packing | undefined;
  /** Bytes of the file read so far (packed ones, if it is packed). */
  bytesRead(): number;
  /** For readers that do not read once from the beginning to the end. */
  setBytesRead(bytes: number): void;
  /** The content from its beginning, unpacked, as UTF-8. Throws MC_DATA_INVALID when it is not what it was taken for. */
  chunks(): AsyncGenerator<Buffer>;
}

/** Opens a file. Throws MC_NOT_FOUND. */
export async function openSource(path: string): Promise<Source> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new MinchatError('MC_NOT_FOUND', `${path}: expected a file to import, found none`, { cause });
  });
  const start = Buffer.alloc(16);
  const handle = await open(path);
  try {
    await handle.read(start, 0, start.length, 0);
  } finally {
    await handle.close();
  }
  const kind = kindOf(start);
  const packing = kind === 'gzip' || kind === 'Zstandard' ? kind : undefined;
  let bytes = 0;

  return {
    path,
    totalBytes: info.size,
    packing,
    bytesRead: () => bytes,
    setBytesRead: (value) => {
      bytes = value;
    },
    async *chunks() {
      if (kind !== undefined && packing === undefined) {
        throw new MinchatError('MC_DATA_INVALID', `expected text, or text packed with gzip or Zstandard, found ${kind}`, { hint: kind === 'Parquet' ? 'Import it in the format parquet.' : 'Unpack the file first.' });
      }
      const file = createReadStream(path, { highWaterMark: 256 * 1024 });
      file.on('data', (chunk) => {
        bytes += chunk.length;
      });
      yield* asUtf8(packing === undefined ? (file as AsyncIterable<Buffer>) : unpacked(file, packing));
    },
  };
}

/** What begins with the mark of UTF-16, as tables that are saved as "Unicode text" do, as UTF-8; all else as it is. */
async function* asUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst) {
      const mark = chunk.toString('hex', 0, 2);
      if (mark === 'fffe' || mark === 'feff') decoder = new TextDecoder(mark === 'fffe' ? 'utf-16le' : 'utf-16be');
    }
    isFirst = false;
    yield decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
  }
  const rest = decoder?.decode() ?? '';
  if (rest !== '') yield Buffer.from(rest);
}
