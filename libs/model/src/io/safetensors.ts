import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { MinchatError } from '@minchat/errors';
import { parseHeader, type HeaderEntry } from './safetensors-header.ts';
import { isReadable, toFloat32 } from './half.ts';
import { writeWhole } from './whole-file.ts';

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface SafetensorsFile {
  /** Every tensor, as float32. */
  readonly tensors: Map<string, { shape: number[]; values: Float32Array }>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole .safetensors file (F32, F16, BF16; the numbers come as float32). Nothing the header says
 * is believed before it is checked against the file's size. Tensors whose name `wanted` refuses are left out.
 * Throws MC_MODEL_INVALID.
 */
export async function readSafetensors(path: string, wanted: (name: string) => boolean = () => true): Promise<SafetensorsFile> {
  const name = basename(path);
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (cause) {
    throw new MinchatError('MC_MODEL_INVALID', `expected to read ${name}, found ${(cause as Error).message}`, { cause });
  }
  try {
    const { size } = await handle.stat();
    const prefix = Buffer.alloc(8);
    const { bytesRead } = await handle.read(prefix, 0, 8, 0);
    const headerSize = bytesRead === 8 ? Number(prefix.readBigUInt64LE()) : -1;
    // 100 MB is the format's own limit on headers.
    if (headerSize < 2 || headerSize > 100_000_000 || 8 + headerSize > size) {
      throw new MinchatError('MC_MODEL_INVALID', `${name}: expected a header that fits in the file's ${size} bytes, found a header size of ${headerSize < 0 ? 'less than 8 bytes' : headerSize}`);
    }
    const headerBytes = Buffer.alloc(headerSize);
    await readFully(handle, headerBytes, 8, name);
    const header = parseHeader(name, headerBytes, size - 8 - headerSize);
    const tensors: SafetensorsFile['tensors'] = new Map();
    for (const entry of header.entries.filter((e) => wanted(e.name))) tensors.set(entry.name, { shape: entry.shape, values: await readTensor(handle, entry, 8 + headerSize, name) });
    return { tensors, metadata: header.metadata };
  } finally {
    await handle.close();
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

async function readTensor(handle: Handle, entry: HeaderEntry, dataStart: number, file: string): Promise<Float32Array> {
  if (!isReadable(entry.dtype)) throw new MinchatError('MC_MODEL_INVALID', `${file}: expected ${entry.name} to be F32, F16 or BF16, found ${entry.dtype}`);
  const bytes = new Uint8Array(entry.end - entry.begin);
  await readFully(handle, bytes, dataStart + entry.begin, file);
  return toFloat32(bytes, entry.dtype);
}

async function readFully(handle: Handle, into: Uint8Array, position: number, file: string): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, Math.min(into.length - done, 2 ** 30), position + done);
    if (bytesRead === 0) throw new MinchatError('MC_MODEL_INVALID', `${file}: expected ${into.length} bytes at ${position}, found the end of the file`);
    done += bytesRead;
  }
}

/** Writes float32 tensors; the file appears under its name only when it is whole. */
export async function writeSafetensors(path: string, tensors: readonly NamedArray[], metadata: Readonly<Record<string, string>> = {}): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let offset = 0;
  for (const { name, shape } of tensors) {
    const bytes = shape.reduce((size, side) => size * side, Float32Array.BYTES_PER_ELEMENT);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  // The data starts at a multiple of 8 bytes; the format pads with spaces.
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(padded);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(padded.length));
  await writeWhole(path, async (handle) => {
    await handle.writev([prefix, padded]);
    for (const { values } of tensors) await handle.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  });
}

/** Whether a file is there. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
