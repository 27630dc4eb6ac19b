import * as tf from '@tensorflow/tfjs-core';
import { globalNorm } from '../adamw.ts';
import { leftPad, logits } from '../forward.ts';
import { generate } from '../generate/generate.ts';
import { disposeGradients, valueAndGrads } from '../gradients.ts';
import { checkpointOf, loadModel } from '../io/model-folder.ts';
import { lmLoss } from '../losses.ts';
import { disposeModel } from '../model.ts';
import type { Model } from '../types.ts';
import { absoluteDifference, largestSize, readReference, relativeDifference, type Check, type Nested } from './compare.ts';

interface ForwardReference {
  /** Rows, which may be of different lengths. */
  tokens: number[][];
  /** At the tokens of each row. */
  logits: number[][][];
  /** The mean over the next tokens of all rows. */
  loss: number;
  /** By the names of the checkpoint. */
  grad_l2: Record<string, number>;
  grad_first8: Record<string, number[]>;
  grad_global_l2: number;
}

/** Logits, loss, and the gradient of every parameter, each relative to the largest number of its tensor. */
export async function checkForward(folder: string, tolerance: number): Promise<Check[]> {
  const reference = await readReference<ForwardReference>(folder, 'forward.json');
  const model = await loadModel(folder);
  try {
    const check = (what: string, found: Nested, expected: Nested): Check => ({ what, difference: relativeDifference(found, expected), tolerance });
    const { tokens, start } = leftPad(reference.tokens);
    const found = logits(model, tokens, start);
    // A row's own positions are the last ones.
    const rows = (await found.array()).map((row, i) => row.slice(-(reference.tokens[i]?.length ?? 0)));
    const checks = [check('logits', rows, reference.logits)];
    tf.dispose([tokens, start, found]);
    return [...checks, ...(await gradientChecks(model, reference, tolerance, check))];
  } finally {
    disposeModel(model);
  }
}

async function gradientChecks(model: Model, reference: ForwardReference, tolerance: number, check: (what: string, found: Nested, expected: Nested) => Check): Promise<Check[]> {
  const inputs = leftPad(reference.tokens.map((row) => row.slice(0, -1)));
  const targets = leftPad(reference.tokens.map((row) => row.slice(1)));
  const longest = inputs.tokens.shape[1];
  const weights = tf.tensor2d(reference.tokens.map(({ length }) => Array.from({ length: longest }, (_, t) => (t >= longest - (length - 1) ? 1 : 0))));
  const { value, grads } = valueAndGrads(model.parameters, () => lmLoss(model, inputs.tokens, inputs.start, targets.tokens, weights));
  const checks = [check('loss', (await value.data())[0] ?? NaN, reference.loss), check('grad_global_l2', await globalNorm(grads), reference.grad_global_l2)];
  const found = new Map((await checkpointOf({ ...model, parameters: grads })).map(({ name, values }) => [name, values]));
  for (const [name, expected] of Object.entries(reference.grad_l2)) {
    const values = found.get(name) ?? new Float32Array();
    const squares = values.reduce((sum, x) => sum + x * x, 0);
    checks.push(check(`grad_l2.${name}`, Math.sqrt(squares), expected));
    const first = reference.grad_first8[name];
    if (first !== undefined) {
      // Relative to the largest number of the whole tensor, of which the reference has the norm and these few.
      const largest = Math.max(largestSize(first), values.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
      checks.push({ what: `grad_first8.${name}`, difference: absoluteDifference(Array.from(values.subarray(0, first.length)), first) / largest, tolerance });
    }
  }
  tf.dispose([inputs, targets, weights, value]);
  disposeGradients(grads);
  return checks;
}

interface GreedyReference {
  cases: { prompt: number[]; greedy: number[]; logprobs: number[] }[];
}

/** Greedy tokens, which must be equal, and their log-probabilities, in one left-padded batch with a KV cache. */
export async function checkGreedy(folder: string, tolerance: number): Promise<Check[]> {
  const { cases } = await readReference<GreedyReference>(folder, 'greedy.json');
  const model = await loadModel(folder);
  try {
    const longest = Math.max(...cases.map(({ greedy }) => greedy.length));
    const found = await generate(model, cases.map(({ prompt }) => prompt), { maxNewTokens: longest, temperature: 0, seed: 0 });
    const checks: Check[] = [];
    cases.forEach(({ greedy, logprobs }, i) => {
      const tokens = found[i]?.tokens.slice(0, greedy.length) ?? [];
      const wrong = greedy.filter((token, t) => tokens[t] !== token).length;
      checks.push({ what: `cases[${i}].greedy (tokens that differ)`, difference: wrong, tolerance: 0 });
      checks.push({ what: `cases[${i}].logprobs`, difference: relativeDifference(found[i]?.logprobs.slice(0, logprobs.length) ?? [], logprobs), tolerance });
    });
    // Once more without a cache: every token from a whole, left-padded forward pass.
    checks.push({ what: 'tokens that differ without the cache', difference: await uncachedMisses(model, cases), tolerance: 0 });
    return checks;
  } finally {
    disposeModel(model);
  }
}

/** Positions whose largest logit, in one pass over prompt and answer, is not the expected token. */
async function uncachedMisses(model: Model, cases: GreedyReference['cases']): Promise<number> {
  const rows = cases.map(({ prompt, greedy }) => [...prompt, ...greedy]);
  const { tokens, start } = leftPad(rows);
  const best = tf.tidy(() => tf.argMax(logits(model, tokens, start), 2));
  const predicted = (await best.array()) as number[][];
  tf.dispose([tokens, start, best]);
  const T = tokens.shape[1];
  let misses = 0;
  cases.forEach(({ greedy }, row) => {
    greedy.forEach((token, i) => {
      if (predicted[row]?.[T - greedy.length + i - 1] !== token) misses++;
    });
  });
  return misses;
}
