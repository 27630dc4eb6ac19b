import type * as tf from '@tensorflow/tfjs-core';
import { hasKernel, output, runKernel } from './fused.ts';
import type { Random } from '../random.ts';
import type { SampledToken, SamplingOptions, TokenLogprob } from '../types.ts';

// Sampling works on plain arrays: one row of logits (V) at a time, read back from the backend. Order, as
// OpenAI's: logit bias and penalties on the raw logits, temperature, top-k, top-p, draw.

/** Counts of the tokens generated so far, which the penalties need. */
export type TokenCounts = ReadonlyMap<number, number>;

/** Below it a temperature is as good as 0, and its inverse would be too large for float32. */
const leastTemperature = 1e-6;

function temperatureOf({ temperature = 1 }: Omit<SamplingOptions, 'maxNewTokens'>): number {
  return temperature === 0 ? 0 : Math.max(temperature, leastTemperature);
}

/**
 * The distribution the sampler draws from, (V) in float64: penalties (frequency times count, presence
 * once), bias, temperature, the k largest, the smallest set that reaches p, renormalised. Temperature 0
 * puts all on the largest (first index wins ties).
 */
export function samplingProbabilities(logits: ArrayLike<number>, counts: TokenCounts, options: Omit<SamplingOptions, 'maxNewTokens'>): Float64Array {
  const V = logits.length;
  const adjusted = adjust(logits, counts, options);
  const probs = new Float64Array(V);
  const temperature = temperatureOf(options);
  if (temperature === 0) {
    probs[argMax(adjusted)] = 1;
    return probs;
  }
  const largest = adjusted[argMax(adjusted)] ?? 0;
  for (let i = 0; i < V; i++) probs[i] = Math.exp(((adjusted[i] ?? 0) - largest) / temperature);
  const topK = options.topK ?? 0;
  const topP = options.topP ?? 1;
  const limitK = topK > 0 && topK < V;
  if (limitK || topP < 1) keepTop(probs, limitK ? topK : V, topP);
  normalise(probs);
  return probs;
}

/** Draws one token, and reports the log-probabilities that training and the API need. */
export function sampleToken(logits: ArrayLike<number>, counts: TokenCounts, options: Omit<SamplingOptions, 'maxNewTokens'>, random: Random): SampledToken {
  const temperature = temperatureOf(options);
  const token = temperature === 0 ? argMax(adjust(logits, counts, options)) : draw(samplingProbabilities(logits, counts, options), random.next());
  const rawLse = logSumExp(logits, 1);
  const scale = temperature === 0 ? 1 : temperature;
  const logit = logits[token] ?? 0;
  return {
    token,
    logprob: logit / scale - (scale === 1 ? rawLse : logSumExp(logits, scale)),
    rawLogprob: logit - rawLse,
    top: topLogprobs(logits, rawLse, options.topLogprobs ?? 0),
  };
}

/** One row to be sampled by a kernel. */
export interface Draw {
  readonly sampling: Omit<SamplingOptions, 'maxNewTokens'>;
  readonly counts: TokenCounts;
  readonly random: Random;
}

/** The places of the rows that a kernel of the backend draws: all but those whose logits themselves are asked for. */
export function drawnOnBackend(draws: readonly Pick<Draw, 'sampling'>[]): number[] {
  const places: number[] = [];
  if (!hasKernel('MinchatSample')) return places;
  for (const [place, { sampling }] of draws.entries()) if ((sampling.topLogprobs ?? 0) === 0) places.push(place);
  return places;
}

/** sampleToken for every row of logits (N, V), where they are `drawnOnBackend`. Disposes the logits. */
export async function sampleRows(logits: tf.Tensor2D, draws: readonly Draw[]): Promise<SampledToken[]> {
  const N = draws.length;
  const V = logits.shape[1];
  const uniforms = new Float64Array(N);
  const temperatures = new Float64Array(N);
  const topK = new Int32Array(N);
  const topP = new Float64Array(N);
  const changeBegin = new Int32Array(N + 1);
  const changeToken: number[] = [];
  const change: number[] = [];
  for (const [row, { sampling, counts, random }] of draws.entries()) {
    temperatures[row] = temperatureOf(sampling);
    if (temperatures[row] !== 0) uniforms[row] = random.next();
    topK[row] = Math.min(sampling.topK ?? 0, V);
    topP[row] = sampling.topP ?? 1;
    for (const [token, by] of changesOf(V, counts, sampling)) {
      changeToken.push(token);
      change.push(by);
    }
    changeBegin[row + 1] = change.length;
  }
  const sampled = output(runKernel('MinchatSample', { logits }, {
    uniforms, temperatures, topK, topP, changeBegin, changeToken: new Int32Array(changeToken), change: new Float64Array(change),
  }), 0);
  const values = await sampled.data();
  logits.dispose();
  sampled.dispose();
  return draws.map((_, row) => {
    const at = row * 3;
    return { token: values[at] ?? 0, logprob: values[at + 1] ?? NaN, rawLogprob: values[at + 2] ?? NaN, top: none };
  });
}

/** log sum exp(logits / temperature) */
function logSumExp(logits: ArrayLike<number>, temperature: number): number {
  const largest = logits[argMax(logits)] ?? 0;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(((logits[i] ?? 0) - largest) / temperature);
  return largest / temperature + Math.log(sum);
}

function adjust(logits: ArrayLike<number>, counts: TokenCounts, options: Omit<SamplingOptions, 'maxNewTokens'>): ArrayLike<number> {
  const changes = changesOf(logits.length, counts, options);
  if (changes.length === 0) return logits;
  const adjusted = Float64Array.from(logits);
  for (const [token, change] of changes) adjusted[token] = (adjusted[token] ?? 0) + change;
  return adjusted;
}

const none: readonly never[] = [];

/** Whether what was generated before counts in what is drawn. */
export function penalises({ frequencyPenalty = 0, presencePenalty = 0 }: Omit<SamplingOptions, 'maxNewTokens'>): boolean {
  return frequencyPenalty !== 0 || presencePenalty !== 0;
}

/** What bias and penalties add to single logits of V: tokens may come twice. */
function changesOf(V: number, counts: TokenCounts, sampling: Omit<SamplingOptions, 'maxNewTokens'>): readonly [token: number, change: number][] {
  const { frequencyPenalty = 0, presencePenalty = 0, logitBias } = sampling;
  const penalised = penalises(sampling);
  // Most rows have none, and this is asked for every token of every row.
  if (!penalised && (logitBias === undefined || logitBias.size === 0)) return none;
  const changes: [number, number][] = [...(logitBias ?? [])];
  if (penalised) for (const [token, count] of counts) changes.push([token, -frequencyPenalty * count - presencePenalty]);
  return changes.filter(([token]) => token >= 0 && token < V);
}

/** Sets all to zero but the k largest, and of those all but the smallest set whose share reaches p. */
function keepTop(probs: Float64Array, k: number, p: number): void {
  const order = Array.from(probs.keys()).sort((a, b) => (probs[b] ?? 0) - (probs[a] ?? 0) || a - b);
  for (const token of order.slice(k)) probs[token] = 0;
  if (p >= 1) return;
  const kept = order.slice(0, k);
  const wanted = p * kept.reduce((sum, token) => sum + (probs[token] ?? 0), 0);
  let reached = 0;
  kept.forEach((token, rank) => {
    // The token that reaches p is kept, and always the first.
    if (rank > 0 && reached >= wanted) {
      probs[token] = 0;
      return;
    }
    reached += probs[token] ?? 0;
  });
}

function normalise(probs: Float64Array): void {
  let sum = 0;
  for (const p of probs) sum += p;
  for (let i = 0; i < probs.length; i++) probs[i] = (probs[i] ?? 0) / sum;
}

/** The token at which the running sum passes u. */
function draw(probs: Float64Array, u: number): number {
  let sum = 0;
  let last = 0;
  for (let i = 0; i < probs.length; i++) {
    const p = probs[i] ?? 0;
    if (p === 0) continue;
    sum += p;
    last = i;
    if (u < sum) return i;
  }
  return last; // rounding left the sum below u
}

function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}

/** The `count` likeliest tokens, the likeliest first, of equals the one with the lower id. */
export function topLogprobs(logits: ArrayLike<number>, lse: number, count: number): TokenLogprob[] {
  const top: TokenLogprob[] = [];
  if (count === 0) return top;
  for (let token = 0; token < logits.length; token++) {
    const logprob = (logits[token] ?? 0) - lse;
    const last = top[top.length - 1];
    if (top.length === count && last !== undefined && logprob <= last.logprob) continue;
    let at = top.length;
    while (at > 0 && (top[at - 1]?.logprob ?? 0) < logprob) at--;
    top.splice(at, 0, { token, logprob });
    if (top.length > count) top.pop();
  }
  return top;
}
