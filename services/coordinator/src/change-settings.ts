import { MinchatError } from '@minchat/errors';

/** Settings to change, by stage. */
type Changes = Readonly<Record<string, Record<string, unknown>>>;

/** Reads an object of stage name to settings. Throws MC_USAGE. */
export function readChanges(settingsJson: string): Changes {
  const changes: unknown = settingsJson === '' ? {} : JSON.parse(settingsJson);
  if (!isObject(changes)) throw new MinchatError('MC_USAGE', 'expected settings as an object of stages');
  for (const [stage, settings] of Object.entries(changes)) {
    if (!isObject(settings)) throw new MinchatError('MC_USAGE', `expected the settings of ${stage} as an object, found ${JSON.stringify(settings)}`);
  }
  return changes as Changes;
}

/** `settings` with `changes` put over it, objects key by key. */
function mergeSettings(settings: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...settings };
  for (const [key, value] of Object.entries(changes)) {
    const before = merged[key];
    merged[key] = isObject(before) && isObject(value) ? mergeSettings(before, value) : value;
  }
  return merged;
}

/** Stages whose settings are changed, by name: the changes are put over what they had, or with `replace` take its place. */
export function changeSettings<S extends { name: string; settings: Readonly<Record<string, unknown>> }>(stages: readonly S[], changes: Changes, replace = false): S[] {
  return stages.map((stage) => ({ ...stage, settings: replace ? (changes[stage.name] ?? stage.settings) : mergeSettings(stage.settings, changes[stage.name] ?? {}) }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
