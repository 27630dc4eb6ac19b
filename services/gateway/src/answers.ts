import { z } from 'zod';

// What routes of all kinds answer with.

/** OpenAI's error object. */
const errorSchema = z.object({
  error: z.object({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});
export type ErrorAnswer = z.output<typeof errorSchema>;

/** What any route may answer with instead. */
export const errors = { '4xx': errorSchema, '5xx': errorSchema };

/** There is nothing to tell but that it is done. */
export const doneSchema = z.object({ ok: z.literal(true) });
export const done: z.output<typeof doneSchema> = { ok: true };
