import type { Generation, GenerateOptions, Model, TokenLogprob } from '../types.ts';
import { DecodeBatch } from './decode-batch.ts';

interface Growing {
  tokens: number[];
  logprobs: number[];
  rawLogprobs: number[];
  top: TokenLogprob[][];
}

/**
 * Continues every prompt, all in one left-padded batch with a KV cache. A row's tokens depend on its
 * prompt and its seed only, not on the rows beside it. Throws MC_CONTEXT_LENGTH when a prompt is empty or
 * leaves no room for a token.
 */
export async function generate(model: Model, prompts: readonly (readonly number[])[], options: GenerateOptions): Promise<Generation[]> {
  const { seed, signal, ...sampling } = options;
  const results = prompts.map((): Growing => ({ tokens: [], logprobs: [], rawLogprobs: [], top: [] }));
  if (prompts.length === 0 || sampling.maxNewTokens < 1) return results;
  const longest = Math.max(...prompts.map((prompt) => prompt.length));
  const batch = new DecodeBatch(model, { slots: prompts.length, maxLength: Math.ceil((longest + sampling.maxNewTokens) / 16) * 16 });
  try {
    // All slots are free, so that row i gets slot i.
    batch.admit(prompts.map((prompt, row) => ({ prompt, sampling, seed: typeof seed === 'number' ? `${seed}/${row}` : (seed[row] ?? row) })));
    for (let tokens = await batch.step(); tokens.length > 0; tokens = await batch.step()) {
      signal?.throwIfAborted();
      for (const { slot, token } of tokens) {
        const result = results[slot];
        if (result === undefined) continue;
        result.tokens.push(token.token);
        result.logprobs.push(token.logprob);
        result.rawLogprobs.push(token.rawLogprob);
        result.top.push([...token.top]);
      }
    }
  } finally {
    batch.dispose();
  }
  return results;
}
