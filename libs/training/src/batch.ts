import type { Example } from './examples.ts';

// From token lists to the rectangles that a model reads. Everything here is plain arrays:
// rows are padded on the right, which causal attention cannot see, and padding has no weight.

/** One rectangle, row-major. `targets[b][t]` is the token after `tokens[b][t]`. */
export interface TokenBatch {
  readonly rows: number;
  /** Padded length T. */
  readonly length: number;
  /** (B, T) */
  readonly tokens: Int32Array;
  /** (B, T) */
  readonly targets: Int32Array;
  /** (B, T) 1 where the target is trained on, else 0. */
  readonly weights: Float32Array;
  /** Tokens that are not padding. */
  readonly tokenCount: number;
  /** Sum of the weights. */
  readonly weightSum: number;
}

/** Rounds a length up, so that few different shapes reach the backend. */
export function paddedLength(length: number, multiple = 16, limit = Infinity): number {
  return Math.min(Math.max(multiple, Math.ceil(length / multiple) * multiple), limit);
}

export interface PadOptions {
  /** Fills up rows; any valid id will do. */
  readonly pad: number;
  /** T becomes a multiple of it. */
  readonly multiple?: number;
  /** The model's context: T never exceeds it. */
  readonly limit?: number;
}

/** Pairs as one rectangle with weight on the answers' tokens. */
export function padExamples(examples: readonly Example[], options: PadOptions): TokenBatch {
  const longest = Math.max(1, ...examples.map(({ prompt, answer }) => prompt.length + answer.length));
  const length = paddedLength(longest, options.multiple, options.limit);
  const rows = examples.length;
  const tokens = new Int32Array(rows * length).fill(options.pad);
  const targets = new Int32Array(rows * length).fill(options.pad);
  const weights = new Float32Array(rows * length);
  let tokenCount = 0;
  let weightSum = 0;
  for (const [row, { prompt, answer }] of examples.entries()) {
    const all = [...prompt, ...answer];
    const base = row * length;
    tokens.set(all, base);
    targets.set(all.slice(1), base);
    // The token at t is trained as the target of t - 1; without a prompt the first has no predecessor.
    const first = Math.max(prompt.length, 1);
    weights.fill(1, base + first - 1, base + Math.max(first, all.length) - 1);
    tokenCount += all.length;
    weightSum += Math.max(0, all.length - first);
  }
  return { rows, length, tokens, targets, weights, tokenCount, weightSum };
}

/** Texts as one stream, each led by the separator (`<|endoftext|>`, and a BOS where the model has one); reads the texts once. */
export async function packTexts(
  texts: AsyncIterable<readonly number[]> | Iterable<readonly number[]>,
  separator: readonly number[],
): Promise<Int32Array> {
  let stream = new Int32Array(1024);
  let length = 0;
  for await (const text of texts) {
    const from = length + separator.length;
    const end = from + text.length;
    if (end > stream.length) {
      const grown = new Int32Array(Math.max(end, stream.length * 2));
      grown.set(stream.subarray(0, length));
      stream = grown;
    }
    stream.set(separator, length);
    stream.set(text, from);
    length = end;
  }
  return stream.slice(0, length);
}

/** Windows of T tokens of the stream, taken as a ring; every token is trained on. */
export function windowBatch(stream: Int32Array, starts: readonly number[], length: number): TokenBatch {
  const rows = starts.length;
  const tokens = new Int32Array(rows * length);
  const targets = new Int32Array(rows * length);
  for (const [row, start] of starts.entries()) {
    for (let t = 0; t < length; t++) {
      tokens[row * length + t] = stream[(start + t) % stream.length] ?? 0;
      targets[row * length + t] = stream[(start + t + 1) % stream.length] ?? 0;
    }
  }
  const count = rows * length;
  return { rows, length, tokens, targets, weights: new Float32Array(count).fill(1), tokenCount: count, weightSum: count };
}

/**
 * The first windows of a stream, one after the other, as batches: what models are compared on. A stream shorter than one
 * window is one by itself; without two tokens there is none.
 */
export function firstWindows(stream: Int32Array, options: { length: number; most: number; batchSize: number }): TokenBatch[] {
  const length = Math.min(options.length, stream.length - 1);
  if (length < 1) return [];
  const count = Math.min(options.most, Math.floor((stream.length - 1) / length));
  const starts = Array.from({ length: count }, (_, index) => index * length);
  return Array.from({ length: Math.ceil(count / options.batchSize) }, (_, index) =>
    windowBatch(stream, starts.slice(index * options.batchSize, (index + 1) * options.batchSize), length),
  );
}

/** Cuts a batch into parts of at most so many rows, for gradient accumulation. */
export function splitBatch(batch: TokenBatch, rows: number): TokenBatch[] {
  if (batch.rows <= rows) return [batch];
  const parts: TokenBatch[] = [];
  for (let from = 0; from < batch.rows; from += rows) {
    const to = Math.min(batch.rows, from + rows);
    const weights = batch.weights.slice(from * batch.length, to * batch.length);
    parts.push({
      rows: to - from,
      length: batch.length,
      tokens: batch.tokens.slice(from * batch.length, to * batch.length),
      targets: batch.targets.slice(from * batch.length, to * batch.length),
      weights,
      tokenCount: Math.round((batch.tokenCount * (to - from)) / batch.rows),
      weightSum: weights.reduce((sum, weight) => sum + weight, 0),
    });
  }
  return parts;
}
