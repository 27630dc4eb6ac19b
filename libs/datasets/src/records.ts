import { z } from 'zod';

// The records that stages hand each other, one JSON object a line. A dataset artifact is a folder
// with `dataset.json` (DatasetInfo) and one `<split>.jsonl` per split.

export const splits = ['train', 'validation', 'test'] as const;
export type Split = (typeof splits)[number];

export const messageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
export type ChatMessage = z.infer<typeof messageSchema>;

/** Raw text for pretraining. */
export const textSchema = z.object({ text: z.string() });
export type TextRecord = z.infer<typeof textSchema>;

/** A prompt: a conversation that ends with a user's turn. */
export const promptSchema = z.object({
  id: z.string(),
  messages: z.array(messageSchema).min(1),
  /** The paper's use case (generation, open_qa, ...), where known. */
  useCase: z.string().optional(),
  /** The right answer, where known, for reward functions; no model reads it. */
  reference: z.string().optional(),
});
export type PromptRecord = z.infer<typeof promptSchema>;

/** A prompt and the answer that a labeler wrote. */
export const demonstrationSchema = promptSchema.extend({ completion: z.string() });
export type DemonstrationRecord = z.infer<typeof demonstrationSchema>;

/** Answers that a model gave to one prompt, not yet ranked. */
export const answersSchema = promptSchema.extend({
  answers: z.array(z.object({ text: z.string(), finished: z.boolean() })).min(1),
  model: z.string().optional(),
});
export type AnswersRecord = z.infer<typeof answersSchema>;

/** One labeler's ranking of K answers. */
export const comparisonSchema = promptSchema.extend({
  labeler: z.string().optional(),
  answers: z
    .array(
      z.object({
        text: z.string(),
        /** False when the answer was cut off before its end token. */
        finished: z.boolean().default(true),
        /** 0 is best; equal ranks are ties. */
        rank: z.int().min(0),
        /** 1 to 7. */
        rating: z.int().min(1).max(7).optional(),
      }),
    )
    .min(2),
});
export type ComparisonRecord = z.infer<typeof comparisonSchema>;

/** Which records a dataset holds. */
export const recordSchemas = {
  text: textSchema,
  prompts: promptSchema,
  demonstrations: demonstrationSchema,
  answers: answersSchema,
  comparisons: comparisonSchema,
} as const;
export type RecordType = keyof typeof recordSchemas;
export type RecordOf<T extends RecordType> = z.infer<(typeof recordSchemas)[T]>;

export const datasetInfoSchema = z.object({
  type: z.enum(['text', 'prompts', 'demonstrations', 'answers', 'comparisons']),
  /** Records per split. */
  counts: z.record(z.string(), z.int()),
  description: z.string().default(''),
  /**
   * Figures about the records. For comparisons: `noise_ceiling` (share of pairs that the gold order
   * gets right against these rankings) and `labeler_agreement`, both 0 to 1, where known.
   */
  metrics: z.record(z.string(), z.number()).default({}),
});
export type DatasetInfo = z.infer<typeof datasetInfoSchema>;
