/** The number formats of safetensors with whole bytes. */
export const bytesPerElement = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, U64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type AnyDtype = keyof typeof bytesPerElement;
/** Those that are read; all become float32. */
export type Dtype = 'F32' | 'F16' | 'BF16';

export function isReadable(dtype: AnyDtype): dtype is Dtype {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** Little-endian bytes as float32. F32 shares the memory when it is aligned. */
export function toFloat32(bytes: Uint8Array, dtype: Dtype): Float32Array {
  const count = bytes.byteLength / bytesPerElement[dtype];
  if (dtype === 'F32') {
    return bytes.byteOffset % 4 === 0 ? new Float32Array(bytes.buffer, bytes.byteOffset, count) : new Float32Array(bytes.slice().buffer);
  }
  const halves = bytes.byteOffset % 2 === 0 ? new Uint16Array(bytes.buffer, bytes.byteOffset, count) : new Uint16Array(bytes.slice().buffer);
  const bits = new Uint32Array(count);
  const toBits = dtype === 'BF16' ? bf16Bits : f16Bits;
  for (let i = 0; i < count; i++) bits[i] = toBits(halves[i] ?? 0);
  return new Float32Array(bits.buffer);
}

function bf16Bits(half: number): number {
  return half << 16;
}

/** IEEE 754 binary16 to binary32, with subnormals, infinities and NaN. */
function f16Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // bring the leading bit to bit 10
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
