import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { History } from './report.ts';

const historySchema = z.array(z.object({ step: z.number(), metrics: z.record(z.string(), z.number().nullable()) }));

/** What was measured while a model was trained; empty for a model without a training.json of ours, as another implementation's may be. */
export async function readHistory(folder: string): Promise<History> {
  const history = await readFile(join(folder, 'training.json'), 'utf8').then((text) => historySchema.parse(JSON.parse(text))).catch(() => []);
  // A value that was not finite is null in JSON.
  return history.map(({ step, metrics }) => ({
    step,
    metrics: Object.fromEntries(Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== null)),
  }));
}

/** Reward against KL in the course of the policy's training, in the order of steps. */
export function frontierOf(history: History): { step: number; kl: number; reward: number }[] {
  return history.flatMap(({ step, metrics }) => {
    const [kl, reward] = [metrics['objective/kl'], metrics['objective/scores']];
    return kl === undefined || reward === undefined ? [] : [{ step, kl, reward }];
  });
}
