import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Addon } from './addon.ts';
import { BufferPool } from './buffer-pool.ts';

type DataId = TensorInfo['dataId'];

/** From here on the allocator asks for huge pages (native/memory.cc). */
const largeBytes = 2 ** 21;

/**
 * tfjs's plain JavaScript backend, whose every kernel works here, with data of the native kernels in
 * recycled buffers. A recycled buffer is only ever seen through this class: what is read out of it
 * is a copy.
 */
export class NativeBackend extends MathBackendCPU {
  readonly addon: Addon;
  private readonly pool: BufferPool;

  constructor(addon: Addon) {
    super();
    // Without this tfjs prints an advertisement for another backend at the first tensor.
    (this as unknown as { firstUse: boolean }).firstUse = false;
    this.addon = addon;
    this.pool = new BufferPool((bytes) => addon.allocate(bytes));
  }

  /** A new float32 tensor, its content undefined. */
  allocate(shape: number[]): TensorInfo & { values: Float32Array } {
    const size = sizeOf(shape);
    const values = new Float32Array(this.pool.take(size * 4), 0, size);
    return { ...this.makeTensorInfo(shape, 'float32', values), values };
  }

  /** A new int32 tensor of zeros: of tokens, so few that they are not recycled. */
  allocateIntegers(shape: number[]): TensorInfo & { values: Int32Array } {
    const values = new Int32Array(sizeOf(shape));
    return { ...this.makeTensorInfo(shape, 'int32', values), values };
  }

  /** Large arrays move into buffers on huge pages: a cache of keys and values is read all over in every step. */
  override write(values: Parameters<MathBackendCPU['write']>[0], shape: number[], dtype: Parameters<MathBackendCPU['write']>[2]): DataId {
    if (!(values instanceof Float32Array) || values.byteLength < largeBytes || this.isPooled(values)) return super.write(values, shape, dtype);
    return super.write(this.pooled(values), shape, dtype);
  }

  /** The numbers of a float32 tensor. tfjs's cast from bool or int32 only changes the name of the type. */
  values(tensor: TensorInfo): Float32Array {
    const values = this.data.get(tensor.dataId).values as Float32Array | Int32Array | Uint8Array;
    return values instanceof Float32Array ? values : Float32Array.from(values);
  }

  /**
   * The numbers of a weight. What products make of them is kept for as long as their buffer lives (native/pack_cache.h), so
   * they move into one whose end the addon sees: JavaScript's own memory is gone, and another weight in its place, unseen.
   */
  weight(tensor: TensorInfo): Float32Array {
    const data = this.data.get(tensor.dataId);
    if (!this.isPooled(data.values)) data.values = this.pooled(this.values(tensor));
    return data.values as Float32Array;
  }

  integers(tensor: TensorInfo): Int32Array {
    return this.data.get(tensor.dataId).values as Int32Array;
  }

  /** Whether an array lies in a buffer that will be recycled. */
  isPooled(values: unknown): boolean {
    return values instanceof Float32Array && this.pool.owns(values.buffer);
  }

  /** Gives a tensor its own copy of its data, out of the recycled buffers. */
  detach(dataId: DataId): void {
    const data = this.data.get(dataId);
    data.values = (data.values as Float32Array).slice();
  }

  /** A copy in a recycled buffer. */
  private pooled(values: Float32Array): Float32Array {
    const moved = new Float32Array(this.pool.take(values.byteLength), 0, values.length);
    moved.set(values);
    return moved;
  }

  override readSync(dataId: DataId): ReturnType<MathBackendCPU['readSync']> {
    const values = super.readSync(dataId);
    return this.isPooled(values) ? (values as Float32Array).slice() : values;
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const data = this.data.has(dataId) ? this.data.get(dataId) : undefined;
    const values = data?.values;
    const gone = super.disposeData(dataId, force);
    if (gone && values instanceof Float32Array) {
      this.addon.forget(values);
      if (this.isPooled(values)) this.pool.give(values.buffer as ArrayBuffer);
    }
    return gone;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
