import type { NamedModel } from '@minchat/contracts';
import { z } from 'zod';

export const modelResponse = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.literal('minchat'),
  minchat: z.object({
    run: z.string(),
    stage: z.string(),
    kind: z.string().describe('The kind of stage that made it'),
    purpose: z.enum(['text', 'reward']),
  }),
});
export const modelListResponse = z.object({ object: z.literal('list'), data: z.array(modelResponse) });

export function viewModel(model: NamedModel): z.output<typeof modelResponse> {
  const { id, run, stage, kind, purpose } = model;
  return { id, object: 'model', created: Math.floor(model.createdAtMs / 1000), owned_by: 'minchat', minchat: { run, stage, kind, purpose } };
}
