import { MinchatError } from '@minchat/errors';

/** How numbers are written, and ggml's number for it. */
export const numberTypes = { f32: 0, f16: 1, q8_0: 8, bf16: 30 } as const;
export type NumberType = keyof typeof numberTypes;

/** Numbers of a row that share a scale in q8_0. */
const block = 32;
const blockBytes = 2 + block;

/** Whether rows of so many numbers can be written so. */
export function fits(type: NumberType, width: number): boolean {
  return type !== 'q8_0' || width % block === 0;
}

/** Bytes that a tensor takes. */
export function byteLength(type: NumberType, shape: readonly number[]): number {
  const count = shape.reduce((size, side) => size * side, 1);
  return type === 'f32' ? count * 4 : type === 'q8_0' ? (count / block) * blockBytes : count * 2;
}

/** A tensor's numbers as bytes, rounded to the nearest. Those of f32 are not copied. Throws MC_GGUF_UNSUPPORTED for what is too large for f16. */
export function encode(type: NumberType, values: Float32Array): Uint8Array {
  switch (type) {
    case 'f32':
      return bytesOf(values);
    case 'f16':
      return bytesOf(toF16(values));
    case 'bf16':
      return bytesOf(toBf16(values));
    case 'q8_0':
      return toQ8(values);
  }
}

function bytesOf({ buffer, byteOffset, byteLength: length }: Float32Array | Float16Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function toF16(values: Float32Array): Float16Array {
  const halves = new Float16Array(values);
  if (!halves.every(Number.isFinite)) throw new MinchatError('MC_GGUF_UNSUPPORTED', 'expected weights below 65,520 for f16, found larger ones', { hint: 'Write them as bf16, which has the range of f32.' });
  return halves;
}

/** To nearest even. Weights are finite. */
function toBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const bit = bits[i] as number;
    halves[i] = (bit + 0x7fff + ((bit >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/** Whole numbers of 8 bits, and for each 32 of them a scale as float16: the largest is 127 (ggml's quantize_row_q8_0_ref). */
function toQ8(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array((values.length / block) * blockBytes);
  const view = new DataView(bytes.buffer);
  for (let from = 0, at = 0; from < values.length; from += block, at += blockBytes) {
    const numbers = values.subarray(from, from + block);
    const scale = Math.fround(numbers.reduce((most, x) => Math.max(most, Math.abs(x)), 0) / 127);
    view.setFloat16(at, scale, true);
    if (scale === 0) continue;
    numbers.forEach((x, i) => view.setInt8(at + 2 + i, roundAway(x / scale)));
  }
  return bytes;
}

function roundAway(x: number): number {
  return Math.sign(x) * Math.round(Math.abs(x));
}
