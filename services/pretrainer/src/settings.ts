import { z } from 'zod';

/**
 * Settings of `pretrain`. Defaults are those of a GPT-2 trained on one machine (nanoGPT's, after the
 * GPT-3 paper's table 2.1); a tiny model wants a higher learning rate and no dropout.
 */
export const pretrainSettings = z.strictObject({
  /** The model that is made; heads must divide width. Not used with `init`. */
  model: z
    .strictObject({
      /** `gpt2`: layer norms, learned positions, GELU. `llama`: RMS norms, rotary positions, SwiGLU, no biases. The output is tied to the embedding in both. */
      architecture: z.enum(['gpt2', 'llama']).default('gpt2'),
      layers: z.int().min(1).default(12),
      heads: z.int().min(1).default(12),
      /** Heads of keys and values, which those of queries share evenly (grouped-query attention): fewer make less to keep for each token of a chat. As many as `heads` by default; of a `llama` only. */
      keyValueHeads: z.int().min(1).optional(),
      width: z.int().min(1).default(768),
      /** Width inside of the MLP. By default 4 times the width; of a `llama` 8/3 of it, rounded up to a multiple of 32. */
      inner: z.int().min(1).optional(),
      /** Longest text the model can read, in tokens. */
      context: z.int().min(8).default(1024),
      /** Standard deviation of the first weights; a narrow model starts faster with more than GPT-2's. */
      initializerRange: z.number().positive().default(0.02),
    })
    .prefault({}),
  /** Tokens of the tokenizer, special ones and the 256 bytes included. Not used with `init`. */
  vocabSize: z.int().min(261).default(16_384),
  /** Folder of a Hugging Face model to start from (GPT-2, Llama, SmolLM, Mistral, Qwen2, Qwen3), tokenizer included; the input `model` does the same. */
  init: z.string().optional(),
  /** Longest text that is read of a model taken in, in tokens: one whose rotary positions reach further (131,072 of a Llama 3.2) is cut to it, and so is every stage after this one. Learned positions are all kept. */
  maxContext: z.int().min(8).default(2048),
  /** Optimizer steps. 0 takes the `init` model as it is. */
  steps: z.int().min(0).default(10_000),
  /** Windows of text per optimizer step. */
  batchSize: z.int().min(1).default(32),
  /** Tokens in a window; the model's context by default. */
  windowLength: z.int().min(8).optional(),
  /** Passes that a batch is cut into, to save memory; the result is the same. */
  gradientAccumulation: z.int().min(1).default(1),
  /** Peak; reached after the warm-up, then a cosine to 10 %. */
  learningRate: z.number().positive().default(6e-4),
  /** Steps over which the learning rate rises. */
  warmupSteps: z.int().min(0).default(100),
  /** On matrices only. */
  weightDecay: z.number().min(0).default(0.1),
  /** Largest norm of the gradient. */
  maxGradNorm: z.number().positive().default(1),
  /** On the embeddings and the residual branches. */
  dropout: z.number().min(0).max(0.9).default(0),
  /** Steps between two evaluations on the validation split. */
  evaluateEvery: z.int().min(1).default(250),
  /** Windows of the validation split that an evaluation reads. */
  evaluationWindows: z.int().min(1).default(64),
  /** Beginnings of texts that the model continues at every evaluation. */
  samplePrompts: z.array(z.string()).default(['']),
  /** Tokens that it continues each by. */
  sampleTokens: z.int().min(1).default(32),
});
export type PretrainSettings = z.output<typeof pretrainSettings>;
