import { writeWhole } from '../whole-file.ts';
import { encode, byteLength, numberTypes, type NumberType } from './numbers.ts';

// GGUF, version 3: the file of llama.cpp and of what is built on it (ggml's docs/gguf.md). Little-endian; key-value pairs,
// then what tensors there are, then their numbers, each tensor's at a multiple of 32 bytes.

const version = 3;
const alignment = 32;
const valueTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

/** A value of a file's metadata. Whole numbers are uint32; what is float32 there is said to be. */
export type GgufValue = string | boolean | number | { readonly float32: number } | readonly string[] | Int32Array;
export type GgufMetadata = Readonly<Record<string, GgufValue>>;

export interface GgufTensor {
  readonly name: string;
  /** Rows first; the file has them last. */
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly values: Float32Array;
}

/** Writes a file, tensor by tensor; it appears under its name only when it is whole. */
export async function writeGguf(path: string, metadata: GgufMetadata, tensors: readonly GgufTensor[], signal?: AbortSignal): Promise<void> {
  const head = new Bytes();
  head.text('GGUF').uint32(version).uint64(tensors.length).uint64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) head.string(key).value(value);
  let offset = 0;
  for (const { name, shape, type } of tensors) {
    head.string(name).uint32(shape.length);
    for (const side of shape.toReversed()) head.uint64(side);
    head.uint32(numberTypes[type]).uint64(offset);
    offset += padded(byteLength(type, shape));
  }
  await writeWhole(path, async (handle) => {
    await handle.writeFile(aligned(head.all()));
    for (const { type, values } of tensors) {
      signal?.throwIfAborted();
      await handle.writeFile(aligned(encode(type, values)));
    }
  });
}

function padded(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

function aligned(bytes: Uint8Array): Uint8Array {
  if (bytes.length % alignment === 0) return bytes;
  const all = new Uint8Array(padded(bytes.length));
  all.set(bytes);
  return all;
}

/** The bytes of a file's head, one value after the other. */
class Bytes {
  private readonly pieces: Buffer[] = [];

  all(): Buffer {
    return Buffer.concat(this.pieces);
  }

  text(text: string): this {
    this.pieces.push(Buffer.from(text));
    return this;
  }

  uint32(n: number): this {
    return this.put(4, (bytes) => bytes.writeUInt32LE(n));
  }

  uint64(n: number): this {
    return this.put(8, (bytes) => bytes.writeBigUInt64LE(BigInt(n)));
  }

  string(text: string): this {
    return this.uint64(Buffer.byteLength(text)).text(text);
  }

  value(value: GgufValue): this {
    if (typeof value === 'string') return this.uint32(valueTypes.string).string(value);
    if (typeof value === 'boolean') return this.uint32(valueTypes.bool).put(1, (bytes) => bytes.writeUInt8(Number(value)));
    if (typeof value === 'number') return this.uint32(valueTypes.uint32).uint32(value);
    if ('float32' in value) return this.uint32(valueTypes.float32).put(4, (bytes) => bytes.writeFloatLE(value.float32));
    this.uint32(valueTypes.array);
    if (value instanceof Int32Array) {
      this.uint32(valueTypes.int32).uint64(value.length);
      this.pieces.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    } else {
      this.uint32(valueTypes.string).uint64(value.length);
      for (const text of value) this.string(text);
    }
    return this;
  }

  private put(size: number, write: (bytes: Buffer) => void): this {
    const bytes = Buffer.alloc(size);
    write(bytes);
    this.pieces.push(bytes);
    return this;
  }
}
