import type { Model } from '@minchat/model';
import type { StageContext } from '@minchat/stage';
import type { Tokenizer } from '@minchat/tokenizer';
import { pretrainingWindows, trainedWindow } from '@minchat/training';
import type { PolicyMinibatch } from './policy-update.ts';
import type { z } from 'zod';
import type { ptxSettings } from './settings.ts';

/** Pretraining text of an update, counted from 0 over the whole job. */
export type PtxSource = (update: number) => NonNullable<PolicyMinibatch['ptx']>;

/** Reads the corpus for PPO-ptx; undefined when the settings have no `ptx`. Throws what pretrainingWindows throws. */
export async function openPtx(
  context: Pick<StageContext<{ ptx?: z.output<typeof ptxSettings>; batchSize: number; minibatchSize: number }, 'corpus'>, 'settings' | 'seed' | 'input' | 'hasInput'>,
  tokenizer: Tokenizer,
  policy: Model,
): Promise<PtxSource | undefined> {
  const { ptx, batchSize, minibatchSize } = context.settings;
  if (!ptx) return undefined;
  const length = Math.min(ptx.windowLength ?? trainedWindow(policy), policy.shape.context);
  // A minibatch is the whole iteration where that has no more episodes.
  const rows = Math.max(1, Math.round(ptx.examplesPerEpisode * Math.min(minibatchSize, batchSize)));
  const windows = await pretrainingWindows(context, tokenizer, { setting: 'ptx', length, rows });
  return (update) => ({ batch: windows(update), coefficient: ptx.coefficient });
}
