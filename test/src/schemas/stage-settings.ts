// The settings of every kind of stage, and of our other implementations, as JSON Schema, for whoever checks a run before
// it starts, and as a page for people. Files, since the libraries import no service: `node src/schemas/stage-settings.ts`
// writes them, a test finds them out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { stageKinds } from '@minchat/config';
import type { Schema } from '@minchat/config/stage-settings';
import { z } from 'zod';
import { dataSettings } from '../../../services/prompt-store/src/stages/data-settings.ts';
import { rankSettings } from '../../../services/prompt-store/src/stages/rank.ts';
import { pretrainSettings } from '../../../services/pretrainer/src/settings.ts';
import { sftSettings } from '../../../services/sft-trainer/src/settings.ts';
import { sampleSettings } from '../../../services/inference/src/sample-stage.ts';
import { rewardSettings } from '../../../services/reward-trainer/src/settings.ts';
import { bestOfNSettings } from '../../../services/ppo-trainer/src/best-of-n-settings.ts';
import { dpoSettings } from '../../../services/ppo-trainer/src/dpo-settings.ts';
import { rlooSettings } from '../../../services/ppo-trainer/src/rloo-settings.ts';
import { ppoSettings } from '../../../services/ppo-trainer/src/settings.ts';
import { evaluateSettings } from '../../../services/evaluator/src/settings.ts';
import { settingsPage } from './settings-page.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A schema, and the files in which its settings are explained; a later one goes before. */
type Explained = readonly [schema: z.ZodType, ...sources: string[]];

const rewardFunctions = 'libs/rewards/src/settings.ts';
const kinds: Record<keyof typeof stageKinds, Explained> = {
  data: [dataSettings, 'services/prompt-store/src/stages/data-settings.ts'],
  pretrain: [pretrainSettings, 'services/pretrainer/src/settings.ts'],
  sft: [sftSettings, 'services/sft-trainer/src/settings.ts'],
  sample: [sampleSettings, 'services/inference/src/sample-stage.ts'],
  rank: [rankSettings, 'services/prompt-store/src/stages/rank.ts'],
  reward: [rewardSettings, 'services/reward-trainer/src/settings.ts'],
  ppo: [ppoSettings, rewardFunctions, 'services/ppo-trainer/src/settings.ts'],
  evaluate: [evaluateSettings, rewardFunctions, 'services/evaluator/src/settings.ts'],
};

const plugins: Record<string, Explained> = {
  '@minchat/ppo-trainer/rloo': [rlooSettings, rewardFunctions, 'services/ppo-trainer/src/settings.ts', 'services/ppo-trainer/src/rloo-settings.ts'],
  '@minchat/ppo-trainer/dpo': [dpoSettings, 'services/ppo-trainer/src/dpo-settings.ts'],
  '@minchat/ppo-trainer/best-of-n': [bestOfNSettings, rewardFunctions, 'services/ppo-trainer/src/settings.ts', 'services/ppo-trainer/src/best-of-n-settings.ts'],
};

/** The files, and what belongs into them. */
export async function settingsFiles(): Promise<[path: string, content: string][]> {
  const [ofKinds, ofPlugins] = [await jsonSchemas(kinds), await jsonSchemas(plugins)];
  const json = (schemas: unknown): string => `${JSON.stringify(schemas, undefined, 1)}\n`;
  const files = { 'libs/config/src/stage-settings.json': json(ofKinds), 'libs/config/src/plugin-settings.json': json(ofPlugins), 'docs/settings.md': settingsPage(ofKinds, ofPlugins) };
  return Object.entries(files).map(([path, content]) => [root + path, content]);
}

async function jsonSchemas(schemas: Record<string, Explained>): Promise<Record<string, Schema>> {
  const out: Record<string, Schema> = {};
  for (const [name, [schema, ...sources]] of Object.entries(schemas)) {
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
    const text = (await Promise.all(sources.map((source) => readFile(root + source, 'utf8')))).join('\n');
    // The comment before a setting says what it is.
    const words = new Map(Array.from(text.matchAll(/\/\*\*[\s*]*((?:(?!\*\/)[^])*?)\s*\*\/\s*(\w+):/g), ([, comment = '', name = '']) => [name, comment.replaceAll(/\s*\n\s*\*\s*/g, ' ')]));
    describe(json, words);
    out[name] = json as Schema;
  }
  return out;
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

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const [path, content] of await settingsFiles()) await writeFile(path, content);
