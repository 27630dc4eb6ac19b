import { resolve } from 'node:path';
import type { StageSpec } from '@minchat/config';
import { ownPlugins } from '@minchat/config/stage-settings';
import { MinchatError } from '@minchat/errors';
import { parse } from 'yaml';

/** What `--set` makes of one setting. */
interface Assignment {
  readonly stage: string;
  /** Where it stands in the stage's settings. */
  readonly keys: readonly string[];
  /** undefined where the default is to hold again. */
  readonly value: unknown;
}

/** By stage, in the order in which they were given. */
export type Assignments = Readonly<Partial<Record<string, readonly Assignment[]>>>;

/**
 * Reads `stage.key=value` and `stage.key.inner=value`, values as YAML (`3`, `true`, `[1, 2]`, text), and `stage.key=` for
 * the default. Throws MC_USAGE.
 */
export function assignmentsOf(texts: readonly string[]): Assignments {
  return Object.groupBy(texts.map(readAssignment), ({ stage }) => stage);
}

function readAssignment(text: string): Assignment {
  const [, path, value] = /^([a-z][a-z0-9-]*(?:\.[A-Za-z_]\w*)+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined) {
    throw new MinchatError('MC_USAGE', `--set: expected stage.key=value, found "${text}"`);
  }
  const [stage = '', ...keys] = path.split('.');
  return { stage, keys, value: value === '' ? undefined : readValue(text, value) };
}

/** A stage's settings once they are assigned; what they name is seen from `folder`. */
export function assign(stage: Pick<StageSpec, 'kind' | 'plugin' | 'settings'>, assignments: readonly Assignment[] = [], folder: string): StageSpec['settings'] {
  const settings = assignments.reduce((before, { keys, value }) => assigned(before, keys, value), stage.settings);
  return settings['init'] === stage.settings['init'] ? settings : fromFolder(folder, stage, settings);
}

function assigned(settings: StageSpec['settings'], [key = '', ...inner]: readonly string[], value: unknown): StageSpec['settings'] {
  const { [key]: before, ...others } = settings;
  if (inner.length > 0) return { ...settings, [key]: assigned(isObject(before) ? before : {}, inner, value) };
  return value === undefined ? others : { ...settings, [key]: value };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings of a stage of ours with the folder that they name as seen from `folder`: services have working folders of their own. */
export function fromFolder(folder: string, { kind, plugin }: Pick<StageSpec, 'kind' | 'plugin'>, settings: StageSpec['settings']): StageSpec['settings'] {
  const { init } = settings;
  const named = kind === 'pretrain' && (plugin ?? ownPlugins.pretrain) === ownPlugins.pretrain && typeof init === 'string';
  return named ? { ...settings, init: resolve(folder, init) } : settings;
}

function readValue(assignment: string, text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new MinchatError('MC_USAGE', `--set: expected a value in YAML, found "${assignment}"`, { cause });
  }
}
