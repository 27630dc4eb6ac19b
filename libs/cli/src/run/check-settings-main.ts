// Prints, as JSON, what stage implementations have to say about their settings; see check-settings.ts.
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { suggest, type SettingsProblem } from '@minchat/config';
import { z } from 'zod';

interface Asked {
  stage: string;
  plugin: string;
  settings: unknown;
}

async function load(plugin: string): Promise<{ settings: z.ZodType } | undefined> {
  try {
    const module = (await import(/^[./]/.test(plugin) ? pathToFileURL(resolve(plugin)).href : plugin)) as { default?: { settings?: z.ZodType } };
    const settings = module.default?.settings;
    return settings === undefined ? undefined : { settings };
  } catch {
    // Installed where the worker is, perhaps.
    return undefined;
  }
}

/** The keys that a schema knows at a path. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodNullable) {
    return keysAt(schema.unwrap(), path);
  }
  if (!(schema instanceof z.ZodObject)) return [];
  const [first, ...rest] = path;
  const shape = schema.shape as Record<string, unknown>;
  return first === undefined ? Object.keys(shape) : keysAt(shape[String(first)], rest);
}

const problems: SettingsProblem[] = [];
for (const { stage, plugin, settings } of JSON.parse(process.argv[2] ?? '[]') as Asked[]) {
  const definition = await load(plugin);
  const result = definition?.settings.safeParse(settings);
  for (const issue of result?.error?.issues ?? []) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) problems.push({ stage, path: [...path, key], message: `${[stage, ...path, key].join('.')}: unknown setting "${key}"${suggest(key, keysAt(definition?.settings, issue.path))}` });
    } else problems.push({ stage, path, message: `${[stage, ...path].join('.')}: ${issue.message}` });
  }
}
process.stdout.write(`${JSON.stringify(problems)}\n`, () => process.exit(0));
