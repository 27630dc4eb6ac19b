import * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, rows, runKernel, withGradient } from './fused.ts';
import { parameterGradients } from './parameter-gradients.ts';

/**
 * x[b, t] = wte[tokens[b, t]] (+ wpe[max(0, t - start[b])]); padding positions are zero.
 * tokens (B, T) int32, start (B) int32, wte (V, C), wpe (P, C) where positions are learned -> (B, T, C).
 */
export function embedding(tokens: tf.Tensor, start: tf.Tensor, wte: tf.Tensor, wpe?: tf.Tensor): tf.Tensor {
  const fused = hasKernel('MinchatEmbeddingForward');
  const [vocabulary, positions] = [wte.shape[0] ?? 0, wpe?.shape[0] ?? 0];
  return withGradient(wpe === undefined ? [wte] : [wte, wpe], (save) => {
    save([tokens, start]);
    return {
      value: fused ? output(runKernel('MinchatEmbeddingForward', { tokens, start, wte, ...(wpe && { wpe }) }), 0) : embeddingForward(tokens, start, wte, wpe),
      gradFunc: (dx, saved) => {
        const [stokens, sstart] = saved as [tf.Tensor, tf.Tensor];
        if (!fused) return embeddingBackward(dx, stokens, sstart, vocabulary, positions);
        // Tied: where the output's gradient is there already, only the rows of these tokens change.
        const sum = parameterGradients()?.sum(wte);
        const [dwte, ...others] = runKernel('MinchatEmbeddingBackward', { dx, tokens: stokens, start: sstart, ...(sum && { onto: sum }) }, { vocabulary, positions });
        return [sum ?? (dwte as tf.Tensor), ...others];
      },
    };
  });
}

/** The composition, (B, T, C). */
export function embeddingForward(tokens: tf.Tensor, start: tf.Tensor, wte: tf.Tensor, wpe: tf.Tensor | undefined): tf.Tensor {
  const { position, real } = positionsOf(tokens, start);
  const words = tf.gather(wte, tokens as tf.Tensor2D);
  return tf.mul(wpe === undefined ? words : tf.add(words, tf.gather(wpe, position)), real);
}

/** The composition's gradient: [dwte (V, C)], and dwpe (P, C) where there are positions. */
export function embeddingBackward(dx: tf.Tensor, tokens: tf.Tensor, start: tf.Tensor, vocabulary: number, positions: number): tf.Tensor[] {
  const { position, real } = positionsOf(tokens, start);
  const d = rows(tf.mul(dx, real)); // (N, C)
  return [sumByRow(d, tokens, vocabulary), ...(positions > 0 ? [sumByRow(d, position, positions)] : [])];
}

/** position (B, T) int32 = max(0, t - start), and real (B, T, 1) = 1 where t >= start, else 0. */
export function positionsOf(tokens: tf.Tensor, start: tf.Tensor): { position: tf.Tensor2D; real: tf.Tensor3D } {
  const [B, T] = tokens.shape as [number, number];
  const offset = tf.sub(tf.reshape(tf.range(0, T, 1, 'int32'), [1, T]), tf.reshape(start, [B, 1])); // (B, T)
  return {
    position: tf.maximum(offset, tf.scalar(0, 'int32')),
    real: tf.reshape(tf.cast(tf.greaterEqual(offset, tf.scalar(0, 'int32')), 'float32'), [B, T, 1]),
  };
}

/** out[i] = sum of the rows of d (N, C) whose index is i; (size, C). */
function sumByRow(d: tf.Tensor2D, indices: tf.Tensor, size: number): tf.Tensor {
  const flat = tf.reshape(indices, [-1]) as tf.Tensor1D;
  if (hasKernel('UnsortedSegmentSum')) return tf.unsortedSegmentSum(d, flat, size);
  // Some backends cannot scatter: the sum as a product with the one-hot matrix.
  return tf.matMul(tf.cast(tf.oneHot(flat, size), 'float32') as tf.Tensor2D, d, true, false);
}
