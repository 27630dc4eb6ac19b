import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { throwSettingsProblems, type RunSpec, type SettingsProblem, type StageKind } from '@minchat/config';
import { root } from '../paths.ts';

/** What runs a stage unless the spec or the service's configuration says otherwise. */
const defaultPlugins: Readonly<Record<StageKind, string | undefined>> = {
  // These two are made with the store's database; the first of them runs at once anyway.
  data: undefined,
  rank: undefined,
  pretrain: '@minchat/pretrainer',
  sft: '@minchat/sft-trainer',
  sample: '@minchat/inference',
  reward: '@minchat/reward-trainer',
  ppo: '@minchat/ppo-trainer',
  evaluate: '@minchat/evaluator',
};

/**
 * Has the stages' implementations look at their settings before anything runs, as far as they are
 * installed here. Throws MC_SPEC_INVALID with the places in `text`.
 */
export async function checkSettings(spec: RunSpec, text: string, file: string): Promise<void> {
  const stages = spec.stages.flatMap(({ name, kind, plugin, settings }) => {
    const implementation = plugin ?? defaultPlugins[kind];
    return implementation === undefined ? [] : [{ stage: name, plugin: implementation, settings }];
  });
  // In a process of its own: implementations bring TensorFlow.js along.
  const script = fileURLToPath(new URL('check-settings-main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(stages)], { cwd: root });
  throwSettingsProblems(text, file, JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as SettingsProblem[]);
}
