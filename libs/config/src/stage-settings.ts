// The settings of minchat's own stages and what is wrong with a value for them. Apart from the index:
// the studio's pages take it, too, and have no need of the rest.
import type { SettingsProblem, StageSpec } from './spec.ts';
import type { StageKind } from './spec/kinds.ts';
import { show } from './spec/show.ts';
import { suggest } from './spec/suggest.ts';
import others from './plugin-settings.json' with { type: 'json' };
import settings from './stage-settings.json' with { type: 'json' };

/** The part of JSON Schema that settings are written in. */
export interface Schema {
  type?: string | readonly string[];
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: readonly unknown[];
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  minItems?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  oneOf?: readonly Schema[];
  anyOf?: readonly Schema[];
}
export type Path = readonly (string | number)[];
/** What is wrong with a value, and where. */
export interface Problem { path: Path; message: string }

/** What runs a kind of stage unless the spec or the operator asks for another: whose settings these are. */
export const ownPlugins: Readonly<Record<StageKind, string>> = {
  data: 'prompt-store',
  pretrain: '@minchat/pretrainer',
  sft: '@minchat/sft-trainer',
  sample: '@minchat/inference',
  rank: 'prompt-store',
  reward: '@minchat/reward-trainer',
  ppo: '@minchat/ppo-trainer',
  evaluate: '@minchat/evaluator',
};

/** By kind of stage, of what runs it unless told. */
export const stageSettings = settings as unknown as Readonly<Record<string, Schema>>;
/** Of our other implementations, by the name that `plugin` has. */
const pluginSettings = new Map(Object.entries(others as unknown as Record<string, Schema>));

/** The settings of an implementation of ours (what runs the kind unless told); undefined for anybody else's, which knows its own. */
export function schemaOf(kind: string, plugin?: string): Schema | undefined {
  return plugin === undefined || plugin === (ownPlugins as Readonly<Record<string, string>>)[kind] ? stageSettings[kind] : pluginSettings.get(plugin);
}

/** Tells which implementation the workers of a kind run; undefined: not known, so ours. The bus keeps it (`bus.plugins`). */
export interface RunningPlugins {
  of(kind: string): Promise<string | undefined>;
}

/**
 * What is wrong with the settings of stages. Nothing is known to be, where an implementation that is not ours is to run
 * one: the one that the spec names, or else what the workers run.
 */
export async function settingsProblems(stages: readonly Pick<StageSpec, 'name' | 'kind' | 'plugin' | 'settings'>[], running: RunningPlugins): Promise<SettingsProblem[]> {
  const found = await Promise.all(stages.map(async ({ name, kind, plugin, settings }) => {
    const schema = schemaOf(kind, plugin ?? (await running.of(kind)));
    return schema === undefined ? [] : problemsOf(schema, settings).map(({ path, message }) => ({ stage: name, path, message: `${[name, ...path].join('.')}: ${message}` }));
  }));
  return found.flat();
}

/** The key whose constant tells the variants of a schema apart. */
export function discriminator(variants: readonly Schema[]): string | undefined {
  const keys = Object.keys(variants[0]?.properties ?? {});
  return keys.find((key) => variants.every((variant) => variant.properties?.[key]?.const !== undefined));
}

/** The variant that a value belongs to, by its discriminator; the first when it does not say. */
export function variantOf(schema: Schema, value: unknown): Schema {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants === undefined) return schema;
  const key = discriminator(variants);
  const said = key === undefined ? undefined : (value as Record<string, unknown> | null | undefined)?.[key];
  return variants.find((variant) => said !== undefined && variant.properties?.[key ?? '']?.const === said) ?? variants[0] ?? {};
}

/** Everything that is wrong with a value. What is not given is never wrong unless it must be. */
export function problemsOf(schema: Schema, value: unknown, path: Path = []): Problem[] {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) {
    const key = discriminator(variants);
    if (key === undefined) {
      const all = variants.map((variant) => problemsOf(variant, value, path));
      return all.find((problems) => problems.length === 0) ?? all[0] ?? [];
    }
    const said = isRecord(value) ? value[key] : undefined;
    const known = variants.map((variant) => variant.properties?.[key]?.const);
    const mayBeLeftOut = variants[0]?.required?.includes(key) !== true;
    if (!(said === undefined && mayBeLeftOut) && !known.includes(said)) return [{ path: [...path, key], message: `expected ${known.join(' or ')}, found ${show(said)}` }];
    return problemsOf(variantOf(schema, value), value, path);
  }
  const wrong = (expected: string): Problem[] => [{ path, message: `expected ${expected}, found ${show(value)}` }];
  if (schema.const !== undefined) return value === schema.const ? [] : wrong(show(schema.const));
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : wrong(schema.enum.map(show).join(' or '));
  const types = [schema.type ?? []].flat();
  if (value === null && types.includes('null')) return [];
  if (types.includes('integer') || types.includes('number')) {
    const range = rangeOf(schema);
    const fits = typeof value === 'number' && Number.isFinite(value) && (!types.includes('integer') || Number.isInteger(value)) && inRange(schema, value);
    return fits ? [] : wrong(`a ${types.includes('integer') ? 'whole ' : ''}number${range === '' ? '' : ` ${range}`}`);
  }
  if (types.includes('boolean')) return typeof value === 'boolean' ? [] : wrong('true or false');
  if (types.includes('string')) return typeof value === 'string' && value.length >= (schema.minLength ?? 0) ? [] : wrong((schema.minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text');
  if (types.includes('array')) {
    if (!Array.isArray(value)) return wrong('a list');
    if (value.length < (schema.minItems ?? 0)) return wrong(`at least ${String(schema.minItems)} in the list`);
    return value.flatMap((item, index) => problemsOf(schema.items ?? {}, item, [...path, index]));
  }
  if (!types.includes('object')) return [];
  if (!isRecord(value)) return wrong('settings by name');
  const { properties = {}, required = [] } = schema;
  const missing = required.filter((key) => value[key] === undefined).map((key): Problem => ({ path: [...path, key], message: 'expected a value, found none' }));
  const others = Object.keys(value).filter((key) => !Object.hasOwn(properties, key) && schema.additionalProperties === false)
    .map((key): Problem => ({ path: [...path, key], message: `unknown setting "${key}"${suggest(key, Object.keys(properties))}` }));
  const inner = Object.entries(properties).flatMap(([key, property]) => (value[key] === undefined ? [] : problemsOf(property, value[key], [...path, key])));
  return [...missing, ...others, ...inner];
}

/** `1 to 7`, `at least 0`, `above 0 and below 1`, or nothing. */
export function rangeOf(schema: Schema): string {
  const low = schema.exclusiveMinimum !== undefined ? `above ${schema.exclusiveMinimum}` : schema.minimum !== undefined ? `at least ${schema.minimum}` : '';
  const maximum = limitOf(schema);
  const high = schema.exclusiveMaximum !== undefined ? `below ${schema.exclusiveMaximum}` : maximum !== undefined ? `at most ${maximum}` : '';
  return [low, high].filter((part) => part !== '').join(' and ');
}

/** The maximum, unless it is only that of whole numbers in JavaScript. */
export function limitOf(schema: Schema): number | undefined {
  return schema.maximum === undefined || schema.maximum >= Number.MAX_SAFE_INTEGER ? undefined : schema.maximum;
}

function inRange({ minimum = -Infinity, maximum = Infinity, exclusiveMinimum, exclusiveMaximum }: Schema, value: number): boolean {
  return value >= minimum && value <= maximum && (exclusiveMinimum === undefined || value > exclusiveMinimum) && (exclusiveMaximum === undefined || value < exclusiveMaximum);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
