import { resolve } from 'node:path';
import type { StageSpec } from '@minchat/config';
import { ownPlugins } from '@minchat/config/stage-settings';
import { MinchatError } from '@minchat/errors';
import { parse } from 'yaml';

export type StageSettings = Record<string, Record<string, unknown>>;

/**
 * Reads `stage.key=value` and `stage.key.inner=value`, values as YAML (`3`, `true`, `[1, 2]`, text).
 * Throws MC_USAGE.
 */
export function settingsOf(assignments: readonly string[]): StageSettings {
  const settings: StageSettings = {};
  for (const assignment of assignments) {
    const [, path, text] = /^([a-z][a-z0-9-]*(?:\.[A-Za-z_]\w*)+)=(.*)$/s.exec(assignment) ?? [];
    if (path === undefined || text === undefined) {
      throw new MinchatError('MC_USAGE', `--set: expected stage.key=value, found "${assignment}"`);
    }
    const keys = path.split('.');
    let place: Record<string, unknown> = settings;
    for (const key of keys.slice(0, -1)) {
      const inner = place[key];
      place = place[key] = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
    }
    place[keys.at(-1) ?? ''] = readValue(assignment, text);
  }
  return settings;
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
