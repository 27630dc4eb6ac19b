// Recycled buffers: fresh pages cost more than most kernels, and a training step asks for the same
// sizes again and again.

/** Beyond this share of what was needed at once lately, idle buffers are let go, the longest unused first. */
const mostIdleShare = 0.5;
const alwaysIdleBytes = 2 ** 26;
/** Takes after which buffers that were idle all the while are let go. */
const windowTakes = 2 ** 13;

interface SizeClass {
  readonly idle: ArrayBuffer[];
  /** The fewest that were idle at once in this window: more than that was not needed. */
  fewest: number;
  lastUse: number;
}

export class BufferPool {
  private readonly allocate: (bytes: number) => ArrayBuffer;
  private readonly classes = new Map<number, SizeClass>();
  private readonly own = new WeakSet<ArrayBufferLike>();
  private takes = 0;
  private usedBytes = 0;
  private idleBytes = 0;
  /** Most bytes in use at once in this window, and in the last one. */
  private peak = 0;
  private lastPeak = 0;

  constructor(allocate: (bytes: number) => ArrayBuffer) {
    this.allocate = allocate;
  }

  /** A buffer of at least so many bytes, its content undefined. */
  take(bytes: number): ArrayBuffer {
    const size = classOf(bytes);
    const found = this.classes.get(size);
    let buffer = found?.idle.pop();
    if (found !== undefined) {
      found.lastUse = this.takes;
      found.fewest = Math.min(found.fewest, found.idle.length);
    }
    if (buffer === undefined) {
      buffer = this.allocate(size);
      this.own.add(buffer);
    } else {
      this.idleBytes -= size;
    }
    this.usedBytes += size;
    this.peak = Math.max(this.peak, this.usedBytes);
    if (++this.takes % windowTakes === 0) this.closeWindow();
    return buffer;
  }

  /** Gives back what `take` gave out. */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength;
    this.usedBytes -= size;
    this.idleBytes += size;
    const found = this.classes.get(size);
    if (found === undefined) this.classes.set(size, { idle: [buffer], fewest: 0, lastUse: this.takes });
    else found.idle.push(buffer);
    const most = Math.max(this.peak, this.lastPeak) * (1 + mostIdleShare) + alwaysIdleBytes;
    if (this.usedBytes + this.idleBytes > most) this.letGo(most - this.usedBytes);
  }

  /** Whether a buffer is one of the pool's. */
  owns(buffer: ArrayBufferLike): boolean {
    return this.own.has(buffer);
  }

  /** Bytes that wait to be used again. */
  get idle(): number {
    return this.idleBytes;
  }

  private letGo(most: number): void {
    for (const [size, { idle }] of [...this.classes].sort(([, a], [, b]) => a.lastUse - b.lastUse)) {
      while (this.idleBytes > most && idle.pop() !== undefined) this.idleBytes -= size;
      if (idle.length === 0) this.classes.delete(size);
      if (this.idleBytes <= most) return;
    }
  }

  private closeWindow(): void {
    for (const [size, found] of this.classes) {
      const surplus = Math.min(found.fewest, found.idle.length);
      found.idle.length -= surplus;
      this.idleBytes -= surplus * size;
      if (found.idle.length === 0 && found.lastUse < this.takes - windowTakes) this.classes.delete(size);
      found.fewest = found.idle.length;
    }
    this.lastPeak = this.peak;
    this.peak = this.usedBytes;
  }
}

/** Bytes rounded up by at most a sixteenth, so that nearly equal shapes share their buffers. */
function classOf(bytes: number): number {
  const unit = Math.max(64, 2 ** (Math.ceil(Math.log2(Math.max(bytes, 1))) - 5));
  return Math.max(64, Math.ceil(bytes / unit) * unit);
}
