import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, lastSize, output, runKernel, withGradient } from './fused.ts';

/** How far the rows of a pass are turned. */
export interface Turns {
  /** Cosines, then sines of the angles of some positions, (P, hs). */
  readonly table: tf.Tensor;
  /** Of each row its row in there, (N) int32. */
  readonly positions: tf.Tensor;
}

/**
 * Rotary positions (RoPE, arXiv 2104.09864): number i of a head and number i + hs/2 are a point that is turned by the
 * angle of its row's position, so that a query's product with a key tells how far apart they are. qkv (..., W), the
 * heads of queries, keys and values side by side, of which the first `heads` are turned -> (..., W).
 */
export function rotary(qkv: tf.Tensor, turns: Turns, heads: number): tf.Tensor {
  return withGradient([qkv], (save) => {
    save([turns.table, turns.positions]);
    return {
      value: turn(qkv, turns, heads, false),
      gradFunc: (dy, saved) => {
        const [table, positions] = saved as [tf.Tensor, tf.Tensor];
        return [turn(dy, { table, positions }, heads, true)];
      },
    };
  });
}

/** `back`: by the angles' negatives, which is the gradient. */
function turn(x: tf.Tensor, { table, positions }: Turns, heads: number, back: boolean): tf.Tensor {
  if (hasKernel('MinchatRotary')) return output(runKernel('MinchatRotary', { x, table, positions }, { heads, back }), 0);
  return rotaryForward(x, { table, positions }, heads, back);
}

/** The composition, (..., W). */
export function rotaryForward(x: tf.Tensor, { table, positions }: Turns, heads: number, back = false): tf.Tensor {
  const hs = lastSize(table);
  const W = lastSize(x);
  const all = tf.reshape(x, [-1, W]);
  const [turned, others] = tf.split(all, [heads * hs, W - heads * hs], 1) as [tf.Tensor, tf.Tensor];
  const [cos, sin] = tf.split(tf.expandDims(tf.gather(table, positions as tf.Tensor1D), 1), 2, 2) as [tf.Tensor, tf.Tensor]; // (N, 1, hs/2)
  const [a, b] = tf.split(tf.reshape(turned, [-1, heads, hs]), 2, 2) as [tf.Tensor, tf.Tensor]; // (N, heads, hs/2)
  const s = back ? tf.neg(sin) : sin;
  const points = tf.concat([tf.sub(tf.mul(a, cos), tf.mul(b, s)), tf.add(tf.mul(b, cos), tf.mul(a, s))], 2);
  return tf.reshape(tf.concat([tf.reshape(points, [-1, heads * hs]), others], 1), x.shape);
}

/** Cosines and sines of the positions given, (P, hs); `rotations` are the angles from one position to the next, hs / 2. */
export function turnTable(rotations: readonly number[], positions: readonly number[]): tf.Tensor2D {
  return tf.tensor2d(turnRows(rotations, positions), [positions.length, 2 * rotations.length]);
}

/** The same as an array. */
export function turnRows(rotations: readonly number[], positions: readonly number[]): Float32Array {
  const hs = 2 * rotations.length;
  const all = tableOf(rotations, positions.reduce((most, position) => Math.max(most, position), 0) + 1);
  const rows = new Float32Array(positions.length * hs);
  positions.forEach((position, row) => rows.set(all.subarray(position * hs, (position + 1) * hs), row * hs));
  return rows;
}

const tables = new WeakMap<readonly number[], Float32Array>();

/** Of the first positions, at least so many: they are the same in every pass, and cosines take a while. */
function tableOf(rotations: readonly number[], positions: number): Float32Array {
  const hs = 2 * rotations.length;
  const made = tables.get(rotations);
  if (made !== undefined && made.length >= positions * hs) return made;
  const P = 2 ** Math.ceil(Math.log2(positions));
  const table = new Float32Array(P * hs);
  for (let position = 0; position < P; position++) {
    rotations.forEach((rotation, i) => {
      table[position * hs + i] = Math.cos(position * rotation);
      table[position * hs + hs / 2 + i] = Math.sin(position * rotation);
    });
  }
  tables.set(rotations, table);
  return table;
}
