import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { throwSettingsProblems, type RunSpec, type SettingsProblem } from '@minchat/config';
import { schemaOf, settingsProblems, type RunningPlugins } from '@minchat/config/stage-settings';
import { checkRewardFunctions } from '@minchat/rewards';
import { root } from '../paths.ts';

/** A spec, and the text that problems of it are shown in. */
export interface ReadSpec {
  readonly spec: RunSpec;
  readonly text: string;
  readonly file: string;
}

/**
 * Checks the stages' settings before anything runs: as the coordinator does, and those of implementations by others
 * that the spec names by themselves, as far as they are installed here. Throws MC_SPEC_INVALID with the places in the
 * text, or else what checkRewardFunctions throws.
 */
export async function checkSettings({ spec, text, file }: ReadSpec, running: RunningPlugins): Promise<void> {
  const own = await settingsProblems(spec.stages, running);
  const others = spec.stages.flatMap(({ name, kind, plugin, settings }) => (plugin === undefined || schemaOf(kind, plugin) !== undefined ? [] : [{ stage: name, plugin, settings }]));
  throwSettingsProblems(text, file, [...own, ...(others.length === 0 ? [] : await askImplementations(others))]);
  await checkRewardFunctions(spec.stages);
}

/** In a process of its own: implementations bring TensorFlow.js along. */
async function askImplementations(stages: readonly { stage: string; plugin: string; settings: unknown }[]): Promise<SettingsProblem[]> {
  const script = fileURLToPath(new URL('check-settings-main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(stages)], { cwd: root });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as SettingsProblem[];
}
