import { judge } from '@minchat/world';
import { z } from 'zod';
import { defineReward } from './define.ts';

/** The rubric of the quickstart's world, 0 to 1, for its own prompts. */
export default defineReward({
  name: 'rubric',
  description: 'How good an answer is by the rubric of the quickstart’s world.',
  options: z.strictObject({}),
  score: (answers) => answers.map(({ messages, text, finished }) => judge(messages, text, finished)?.score ?? null),
});
