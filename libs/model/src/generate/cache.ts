import * as tf from '@tensorflow/tfjs-core';
import { embed, leftPad, unembed } from '../forward.ts';
import { attention } from '../ops/attention.ts';
import { cacheWrite, decodeAttention, type LayerCache } from '../ops/decode-attention.ts';
import { hasReadTokens, readInputs, readTokens, type ReadInputs, type SlotTokens } from '../ops/read-tokens.ts';
import { turnTable } from '../ops/rotary.ts';
import { blocksWith, turnsOf, type Attend } from '../ops/transformer.ts';
import type { Model } from '../types.ts';

/**
 * The keys and values of every layer for a fixed number of slots, allocated once: S slots of P positions.
 * A slot's tokens stand at positions 0, 1, ... whatever the padding they were read with.
 */
export class KeyValueCache {
  readonly #model: Model;
  readonly #slots: number;
  #layers: LayerCache[];
  /** Where one kernel reads: there the tensors stay, the cache's and the model's, which must not be trained meanwhile. */
  #inputs: ReadInputs | undefined;

  constructor(model: Model, slots: number, positions: number) {
    const { layers, keyValueHeads, headSize } = model.shape;
    this.#model = model;
    this.#slots = slots;
    const sides = [slots, keyValueHeads, positions, headSize];
    this.#layers = Array.from({ length: layers }, () => ({ keys: tf.keep(tf.fill(sides, 0)), values: tf.keep(tf.fill(sides, 0)) }));
  }

  /**
   * Reads tokens into slots: the next one of texts, then whole prompts. The logits after the last token of
   * each, (R, V), belong to the caller; rows beyond are of no text.
   */
  read(texts: readonly SlotTokens[]): tf.Tensor2D {
    if (hasReadTokens(this.#model.shape)) return readTokens(this.#model.shape, (this.#inputs ??= readInputs(this.#model, this.#layers)), texts);
    const single = texts.filter(({ tokens }) => tokens.length === 1);
    const prompts = texts.slice(single.length);
    if (prompts.length === 0) return this.#append(single);
    if (single.length === 0) return this.#readPrompts(prompts);
    return tf.tidy(() => tf.concat([tf.slice(this.#append(single), [0, 0], [single.length, -1]), this.#readPrompts(prompts)], 0) as tf.Tensor2D);
  }

  /** In one left-padded batch. */
  #readPrompts(prompts: readonly SlotTokens[]): tf.Tensor2D {
    const longest = Math.max(...prompts.map(({ tokens }) => tokens.length));
    const { shape } = this.#model;
    // Few lengths instead of many: backends that pool buffers by size would otherwise grow.
    const T = Math.min(shape.context, Math.ceil(longest / 16) * 16);
    const slots = prompts.map(({ slot }) => slot);
    const starts = prompts.map(({ tokens }) => T - tokens.length);
    return tf.tidy(() => {
      const { tokens, start } = leftPad(prompts.map((prompt) => prompt.tokens), T);
      const turns = turnsOf(shape, tokens, start);
      const attend: Attend = (qkv, layer) => {
        this.#replace(layer, (cache) => cacheWrite(qkv, cache, shape, slots, starts));
        return attention(qkv, start, shape);
      };
      const hidden = blocksWith(embed(this.#model, tokens, start), this.#model.parameters, shape, attend, () => ({ turns }));
      return unembed(this.#model, tf.slice(hidden, [0, T - 1, 0], [-1, 1, -1])); // (B, V)
    });
  }

  /** One more token in some of the slots. */
  #append(appended: readonly SlotTokens[]): tf.Tensor2D {
    const model = this.#model;
    const rows = tf.getBackend() === 'webgpu' ? this.#everySlot(appended) : appended;
    const slots = rows.map((row) => row.slot);
    const positions = rows.map((row) => row.position);
    return tf.tidy(() => {
      // Each row is a text of its own whose only column stands at `position`: it began that far to the left.
      const tokens = tf.tensor2d(rows.flatMap((row) => row.tokens), [rows.length, 1], 'int32');
      const start = tf.tensor1d(positions.map((position) => -position), 'int32');
      const x = tf.squeeze(embed(model, tokens, start), [1]); // (R, C)
      const { rotations } = model.shape;
      const turns = rotations && { table: turnTable(rotations, positions), positions: tf.range(0, rows.length, 1, 'int32') };
      const attend: Attend = (qkv, layer) =>
        this.#replace(layer, (cache) => {
          const attended = decodeAttention(qkv, cache, model.shape, slots, positions);
          return { ...attended.cache, out: attended.out };
        }).out;
      const hidden = blocksWith(x, model.parameters, model.shape, attend, () => ({ turns }));
      return unembed(model, hidden);
    });
  }

  dispose(): void {
    for (const { keys, values } of this.#layers) tf.dispose([keys, values]);
    this.#layers = [];
  }

  /** Puts a layer's new cache in the place of the old, out of reach of the surrounding tidy. */
  #replace<T extends LayerCache>(layer: number, update: (cache: LayerCache) => T): T {
    const before = this.#layers[layer];
    if (before === undefined) throw new Error('expected a cache that is in use, found a disposed one');
    const after = update(before);
    tf.dispose([before.keys, before.values]);
    this.#layers[layer] = { keys: tf.keep(after.keys), values: tf.keep(after.values) };
    return after;
  }

  /**
   * The tokens, then a dummy at position 0 for every other slot, so that shapes stay fixed: a GPU backend
   * compiles and allocates by shape. Slots that hold a sequence not in `tokens` must not be disturbed, so
   * their dummy stands at the last position, which no sequence reads before it writes it.
   */
  #everySlot(appended: readonly SlotTokens[]): readonly SlotTokens[] {
    const taken = new Set(appended.map((row) => row.slot));
    const last = (this.#layers[0]?.keys.shape[2] ?? 1) - 1;
    const dummies = Array.from({ length: this.#slots }, (_, slot) => ({ slot, tokens: [0], position: last })).filter(({ slot }) => !taken.has(slot));
    return [...appended, ...dummies];
  }
}
