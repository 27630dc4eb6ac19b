import { z } from 'zod';

const count = z.int().min(0);
const fraction = z.number().min(0).max(0.5);

/** The paper's limits (InstructGPT 3.2), and how long a "long common prefix" is. */
const rules = {
  /** Prompts that are taken of one person. */
  promptsPerUser: z.int().min(1).default(200),
  /** Characters: of prompts with as long a beginning in common one is taken. */
  commonPrefix: z.int().min(1).default(200),
};

/** The quickstart's world (libs/world); sizes that are not told are its own. */
const worldSettings = z.strictObject({
  source: z.literal('world'),
  /** Texts to pretrain on. */
  documents: count.optional(),
  /** Texts to measure it on. */
  validationDocuments: count.optional(),
  prompts: z.strictObject({ train: count, validation: count, test: count }).optional().describe('Questions, by split; the rules drop some.'),
  demonstrations: z.strictObject({ train: count, validation: count }).optional().describe('Questions with a good answer, by split.'),
  ...rules,
});

export const labelerNames = z.array(z.string().min(1).max(256)).default([]);

/** What was imported into a collection, or submitted (`feedback`). */
const collectionSettings = z.strictObject({
  source: z.literal('collection'),
  /** Its name. */
  collection: z.string().min(1),
  /** Further collections that are taken with it, such as `feedback`, where what people write goes. */
  also: z.array(z.string().min(1)).default([]),
  /** Labelers whose answers and rankings are left out, as the page Agreement names them. */
  excludeLabelers: labelerNames,
  /** At most so many records in each split, the first by id. */
  limits: z.strictObject({ texts: count, prompts: count, demonstrations: count, comparisons: count }).partial().default({}),
  /** The share of users whose data is kept aside; what is left is train. */
  splitFractions: z.strictObject({ validation: fraction.default(0.1), test: fraction.default(0.1) }).prefault({}),
  ...rules,
});

export const dataSettings = z.discriminatedUnion('source', [worldSettings, collectionSettings]);
export type WorldSettings = z.infer<typeof worldSettings>;
export type CollectionSettings = z.infer<typeof collectionSettings>;
