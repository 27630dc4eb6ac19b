import type { ReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import { MinchatError } from '@minchat/errors';

export type Packing = 'gzip' | 'Zstandard';

/** What a file is by its first bytes, in hex. */
const kinds: readonly (readonly [string, RegExp])[] = [
  ['gzip', /^1f8b/],
  ['Zstandard', /^28b52ffd/],
  ['bzip2', /^425a683.314159265359/],
  ['xz', /^fd377a585a00/],
  ['a ZIP archive', /^504b0304/],
  ['Parquet', /^50415231/],
];

/** The kind of a file that is none of plain text. */
export function kindOf(start: Buffer): string | undefined {
  const hex = start.toString('hex');
  return kinds.find(([, magic]) => magic.test(hex))?.[0];
}

/** A file's content. Throws MC_DATA_INVALID when it is broken. */
export async function* unpacked(file: ReadStream, packing: Packing): AsyncGenerator<Buffer> {
  try {
    yield* packing === 'gzip' ? gunzipped(file) : unzstd(file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MinchatError('MC_DATA_INVALID', `expected ${packing} data up to the end, found it broken: ${reason}`, { hint: 'Download or compress the file again.', cause });
  } finally {
    file.destroy();
  }
}

function gunzipped(file: ReadStream): AsyncIterable<Buffer> {
  const unzip = createGunzip();
  file.on('error', (error) => unzip.destroy(error));
  return file.pipe(unzip) as AsyncIterable<Buffer>;
}

/** Of packed bytes so many at once: each four of them may be 128 KB. */
const packedAtOnce = 8 * 1024;

/** Node's own decompressor ends with the first of several frames, which some programs write one after another. */
async function* unzstd(file: ReadStream): AsyncGenerator<Buffer> {
  let found: Buffer[] = [];
  const unzip = new Decompress((chunk) => found.push(Buffer.from(chunk)));
  const taken = function* (): Generator<Buffer> {
    const chunks = found;
    found = [];
    yield* chunks;
  };
  for await (const chunk of file as AsyncIterable<Buffer>) {
    for (let from = 0; from < chunk.length; from += packedAtOnce) {
      unzip.push(chunk.subarray(from, from + packedAtOnce));
      yield* taken();
    }
  }
  unzip.push(new Uint8Array(0), true);
  yield* taken();
}
