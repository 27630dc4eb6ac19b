import * as tf from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';
import type { SlotTokens } from '../ops/read-tokens.ts';
import { drawnOnBackend, penalises, sampleRows, sampleToken, type Draw } from '../ops/sampling.ts';
import { Random } from '../random.ts';
import type { Model, SampledToken, SamplingOptions } from '../types.ts';
import { KeyValueCache } from './cache.ts';

export interface DecodeRequest {
  /** At least one token. */
  readonly prompt: readonly number[];
  readonly sampling: SamplingOptions;
  /** The same seed gives the same tokens, whatever else is in the batch. */
  readonly seed: number | string;
}

export interface DecodedToken {
  readonly slot: number;
  readonly token: SampledToken;
  /** Why the answer ends with this token, or null when it goes on. */
  readonly end: 'stop' | 'length' | null;
}

/** What a slot holds: a text whose `tokens` are to be read next, and how they are drawn. */
interface Row extends SlotTokens, Draw {
  readonly sampling: SamplingOptions;
  readonly stop: ReadonlySet<number>;
  readonly counts: Map<number, number>;
  /** Tokens in the cache. */
  position: number;
  /** The prompt, or the last token drawn; none while what follows them was read and could not be drawn. */
  tokens: readonly number[];
  /** The logits after the last token read, or what was drawn from them. */
  next: Float32Array | SampledToken | undefined;
  generated: number;
  ended: boolean;
}

/**
 * A fixed number of slots with a preallocated KV cache: requests are admitted and released between the
 * tokens of others. Calls must not overlap.
 */
export class DecodeBatch {
  readonly slots: number;
  readonly maxLength: number;
  readonly #cache: KeyValueCache;
  readonly #rows: (Row | undefined)[];

  /** `maxLength`: prompt and answer together, at most the model's context (the default). */
  constructor(model: Model, options: { slots: number; maxLength?: number | undefined }) {
    this.slots = options.slots;
    this.maxLength = Math.min(options.maxLength ?? model.shape.context, model.shape.context);
    this.#cache = new KeyValueCache(model, this.slots, this.maxLength);
    this.#rows = Array.from({ length: this.slots }, () => undefined);
  }

  /** Slots not taken. */
  get free(): number {
    return this.#rows.filter((row) => row === undefined).length;
  }

  /**
   * Gives each request a free slot; returns the slots in order. Prompts are read with the next step. All or
   * none are admitted. Throws MC_CONFLICT with too few free slots, MC_CONTEXT_LENGTH when a prompt is
   * empty or leaves no room for a token.
   */
  admit(requests: readonly DecodeRequest[]): number[] {
    const free = [...this.#rows.keys()].filter((slot) => this.#rows[slot] === undefined);
    if (requests.length > free.length) throw new MinchatError('MC_CONFLICT', `expected at most ${free.length} requests (free slots), found ${requests.length}`);
    for (const { prompt } of requests) {
      if (prompt.length === 0) throw new MinchatError('MC_CONTEXT_LENGTH', 'expected a prompt of at least one token, found an empty one');
      if (prompt.length >= this.maxLength) throw new MinchatError('MC_CONTEXT_LENGTH', `expected a prompt of at most ${this.maxLength - 1} tokens, found ${prompt.length}`);
    }
    const slots = free.slice(0, requests.length);
    for (const [i, slot] of slots.entries()) {
      const { prompt, sampling, seed } = requests[i] as DecodeRequest;
      this.#rows[slot] = { slot, sampling, random: new Random(seed), stop: new Set(sampling.stopIds ?? []), counts: new Map(), position: 0, tokens: prompt, next: undefined, generated: 0, ended: false };
    }
    return slots;
  }

  /** One token for every slot whose answer has not ended, in the order of the slots. */
  async step(): Promise<DecodedToken[]> {
    const rows = this.#rows.filter((row): row is Row => row !== undefined && !row.ended);
    await this.#read(rows);
    const tokens: DecodedToken[] = [];
    for (const row of rows) {
      const { next } = row;
      if (next === undefined) continue;
      const token = next instanceof Float32Array ? sampleToken(next, row.counts, row.sampling, row.random) : next;
      row.next = undefined;
      row.tokens = [token.token];
      row.generated += 1;
      if (penalises(row.sampling)) row.counts.set(token.token, (row.counts.get(token.token) ?? 0) + 1);
      const end = row.stop.has(token.token) ? 'stop' : row.generated >= row.sampling.maxNewTokens || row.position + 1 >= this.maxLength ? 'length' : null;
      row.ended = end !== null;
      tokens.push({ slot: row.slot, token, end });
    }
    return tokens;
  }

  /** Frees a slot, whether its answer has ended or not. */
  release(slot: number): void {
    this.#rows[slot] = undefined;
  }

  dispose(): void {
    this.#cache.dispose();
    this.#rows.fill(undefined);
  }

  /** Reads the tokens drawn in the last step, and the prompts of what was admitted since. */
  async #read(rows: readonly Row[]): Promise<void> {
    const pending = rows.filter(({ tokens }) => tokens.length === 1);
    if (pending.length < rows.length) pending.push(...rows.filter(({ tokens }) => tokens.length > 1));
    if (pending.length === 0) return;
    const next = await nextOf(this.#cache.read(pending), pending);
    for (const [i, row] of pending.entries()) {
      row.position += row.tokens.length;
      row.tokens = [];
      row.next = next[i];
    }
  }
}

/**
 * What comes after the logits (R, V) of some rows: the backend's draw where it can draw, else the logits,
 * whatever the rows beside it ask for. Disposes the tensor.
 */
async function nextOf(logits: tf.Tensor2D, rows: readonly Draw[]): Promise<(Float32Array | SampledToken)[]> {
  const drawn = drawnOnBackend(rows);
  if (drawn.length === rows.length) return sampleRows(logits, rows);
  const next: (Float32Array | SampledToken)[] = [];
  if (drawn.length > 0) {
    const sampled = await sampleRows(tf.gather(logits, drawn), drawn.map((row) => rows[row] as Draw));
    for (const [place, row] of drawn.entries()) next[row] = sampled[place] as SampledToken;
  }
  for (const [row, values] of (await splitRows(logits)).entries()) next[row] ??= values;
  return next;
}

/** (R, V) as R rows; disposes the tensor. */
async function splitRows(logits: tf.Tensor2D): Promise<Float32Array[]> {
  const V = logits.shape[1];
  const values = (await logits.data()) as Float32Array;
  logits.dispose();
  return Array.from({ length: values.length / V }, (_, row) => values.subarray(row * V, (row + 1) * V));
}
