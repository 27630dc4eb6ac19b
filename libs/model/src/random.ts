/**
 * Seeded random numbers (xoshiro128**, seeded through a hash): the same on every machine. What is drawn in a step
 * comes from a fork of its own, so that a checkpoint needs to hold no state. Not for secrets.
 */
export class Random {
  readonly #seed: string;
  readonly #words: Uint32Array;
  /** The second normal of the last pair drawn, if it waits. */
  #spare: number | null;

  constructor(seed: number | string) {
    this.#seed = String(seed);
    this.#words = hash(this.#seed);
    this.#spare = null;
  }

  /**
   * A stream of its own, told by this one's seed and the label only: how many numbers were drawn before
   * makes no difference.
   */
  fork(label: string | number): Random {
    return new Random(`${this.#seed}/${label}`);
  }

  /** 32 random bits, 0 <= n < 2^32. */
  bits(): number {
    const w = this.#words;
    const [a = 0, b = 0, c = 0, d = 0] = w;
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const c1 = c ^ a;
    const d1 = d ^ b;
    w[1] = b ^ c1;
    w[0] = a ^ d1;
    w[2] = c1 ^ (b << 9);
    w[3] = (d1 << 11) | (d1 >>> 21);
    return result;
  }

  /** Uniform, 0 <= x < 1, with 53 random bits. */
  next(): number {
    return ((this.bits() >>> 5) * 67108864 + (this.bits() >>> 6)) / 9007199254740992;
  }

  /** Mean 0, standard deviation 1 (Box and Muller's polar form). */
  normal(): number {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const s = u * u + v * v;
      if (s === 0 || s >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spare = v * factor;
      return u * factor;
    }
  }

  /** A whole number, 0 <= n < bound. */
  int(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1) throw new RangeError(`expected a bound of at least 1, found ${bound}`);
    return Math.floor(this.next() * bound);
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const held = items[i] as T;
      items[i] = items[j] as T;
      items[j] = held;
    }
    return items;
  }
}

/** Four words from a text, never all zero: FNV-1a, then MurmurHash3's finaliser on a running state. */
function hash(text: string): Uint32Array {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  // A second, independent pass, so that 64 bits of the text's hash reach the state.
  let g = 0x9747b28c;
  for (const byte of new TextEncoder().encode(text)) g = Math.imul((g ^ byte) + 0x7f4a7c15, 0x5bd1e995) ^ (g >>> 15);
  const words = new Uint32Array(4);
  for (let i = 0; i < 4; i++) words[i] = finalise((i % 2 === 0 ? h : g) + Math.imul(i + 1, 0x9e3779b9)) ^ finalise(g + i);
  if (words.every((word) => word === 0)) words[0] = 1;
  return words;
}

function finalise(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
