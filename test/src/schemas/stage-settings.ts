// The settings of every kind of stage as JSON Schema, for whoever checks a run before it starts. A file, since the
// libraries import no service: `node src/schemas/stage-settings.ts` writes it, a test finds it out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { stageKinds } from '@minchat/config';
import { z } from 'zod';
import { dataSettings } from '../../../services/prompt-store/src/stages/data-settings.ts';
import { rankSettings } from '../../../services/prompt-store/src/stages/rank.ts';
import { pretrainSettings } from '../../../services/pretrainer/src/settings.ts';
import { sftSettings } from '../../../services/sft-trainer/src/settings.ts';
import { sampleSettings } from '../../../services/inference/src/sample-stage.ts';
import { rewardSettings } from '../../../services/reward-trainer/src/settings.ts';
import { ppoSettings } from '../../../services/ppo-trainer/src/settings.ts';
import { evaluateSettings } from '../../../services/evaluator/src/settings.ts';

const services = fileURLToPath(new URL('../../../services/', import.meta.url));
export const target = fileURLToPath(new URL('../../../libs/config/src/stage-settings.json', import.meta.url));

/** Each kind's schema, and the file in which its settings are explained. */
const kinds: Record<keyof typeof stageKinds, [schema: z.ZodType, source: string]> = {
  data: [dataSettings, 'prompt-store/src/stages/data-settings.ts'],
  pretrain: [pretrainSettings, 'pretrainer/src/settings.ts'],
  sft: [sftSettings, 'sft-trainer/src/settings.ts'],
  sample: [sampleSettings, 'inference/src/sample-stage.ts'],
  rank: [rankSettings, 'prompt-store/src/stages/rank.ts'],
  reward: [rewardSettings, 'reward-trainer/src/settings.ts'],
  ppo: [ppoSettings, 'ppo-trainer/src/settings.ts'],
  evaluate: [evaluateSettings, 'evaluator/src/settings.ts'],
};

export async function stageSettings(): Promise<string> {
  const out: Record<string, unknown> = {};
  for (const [kind, [schema, source]] of Object.entries(kinds)) {
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    const text = await readFile(services + source, 'utf8');
    // The comment before a setting says what it is.
    const words = new Map(Array.from(text.matchAll(/\/\*\*\s*((?:(?!\*\/)[^])*?)\s*\*\/\s*(\w+):/g), ([, comment = '', name = '']) => [name, comment.replaceAll(/\s*\n\s*\*\s*/g, ' ')]));
    describe(json, words);
    out[kind] = json;
  }
  return `${JSON.stringify(out, undefined, 1)}\n`;
}

function describe(schema: unknown, words: ReadonlyMap<string, string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { properties } = schema as { properties?: Record<string, { description?: string }> };
  for (const [name, property] of Object.entries(properties ?? {})) {
    const comment = words.get(name);
    if (comment !== undefined) property.description ??= comment;
  }
  for (const value of Object.values(schema)) describe(value, words);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(target, await stageSettings());
