import type { Bus } from '@minchat/bus';
import type { StageSpec } from '@minchat/config';
import { settingsProblems } from '@minchat/config/stage-settings';
import { MinchatError } from '@minchat/errors';
import { checkRewardFunctions } from '@minchat/rewards';

// What a stage would refuse an hour later is refused at once.

/** Throws MC_STAGE_SETTINGS with everything that is wrong, or else what checkRewardFunctions throws. */
export async function requireSettings({ plugins }: Pick<Bus, 'plugins'>, stages: readonly StageSpec[]): Promise<void> {
  const problems = await settingsProblems(stages, plugins);
  if (problems.length > 0) throw new MinchatError('MC_STAGE_SETTINGS', problems.map(({ message }) => message).join('; '), { hint: 'Correct the run’s spec; another implementation’s settings need its name there, too (plugin).' });
  await checkRewardFunctions(stages);
}

/** Throws MC_STAGE_INPUT for an artifact that is not there. */
export async function requireArtifacts({ artifacts }: Pick<Bus, 'artifacts'>, stages: readonly StageSpec[]): Promise<void> {
  for (const { name, inputs } of stages) {
    for (const [input, ref] of Object.entries(inputs)) {
      if (!('artifact' in ref) || (await artifacts.has({ digest: ref.artifact, scope: '' }))) continue;
      throw new MinchatError('MC_STAGE_INPUT', `${name}.inputs.${input}: expected the ${ref.kind} ${ref.artifact} in the artifact store, found none`, {
        hint: 'Correct the digest in the run’s spec: `npm run minchat -- status RUN --json` tells those of a run’s outputs. All services must use the same ARTIFACT_STORE.',
      });
    }
  }
}
