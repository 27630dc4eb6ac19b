import type { PluginRecords } from '@minchat/bus';
import { parseRunSpec, stagesBefore, throwSettingsProblems, type RunSpec, type SettingsProblem } from '@minchat/config';
import { settingsProblems } from '@minchat/config/stage-settings';
import { isMinchatError, MinchatError } from '@minchat/errors';
import type { z } from 'zod';
import type { specCheckView } from './view.ts';

// Specs are checked before they run, the stages' settings included: what a stage would refuse an hour
// later is refused at once.

type Check = z.output<typeof specCheckView>;

/** Throws MC_STAGE_SETTINGS with everything that is wrong with the settings of these stages. */
export async function requireSettings(stages: RunSpec['stages'], plugins: PluginRecords): Promise<void> {
  const problems = await problemsOf(stages, plugins);
  if (problems.length > 0) throw new MinchatError('MC_STAGE_SETTINGS', problems.map(({ message }) => message).join('; '), { hint: 'Correct the run’s spec; another implementation’s settings need its name there, too (plugin).' });
}

/** Everything that is wrong with a spec, by line, and the stages that it asks for as far as it can be read. */
export async function checkSpec(text: string, plugins: PluginRecords): Promise<Check> {
  const file = 'spec';
  let spec: RunSpec | undefined;
  let problems = problemsThrown(() => { spec = parseRunSpec(text, file); });
  if (spec === undefined) return { name: '', problems, stages: [] };
  const settings = await problemsOf(spec.stages, plugins);
  problems = problemsThrown(() => throwSettingsProblems(text, file, settings));
  return { name: spec.name, problems, stages: spec.stages.map((stage) => ({ stage: stage.name, kind: stage.kind, after: stagesBefore(stage) })) };
}

async function problemsOf(stages: RunSpec['stages'], plugins: PluginRecords): Promise<SettingsProblem[]> {
  return (await Promise.all(stages.map(async (stage) => settingsProblems(stage, await plugins.of(stage.kind))))).flat();
}

/** The problems, by line, that an MC_SPEC_INVALID tells. */
function problemsThrown(work: () => void): Check['problems'] {
  try {
    work();
    return [];
  } catch (error) {
    if (!isMinchatError(error)) throw error;
    return error.message.split('\n').map((line) => {
      const [, at, column, message] = /^spec:(\d+):(\d+): ([^]*)$/.exec(line) ?? [];
      return { line: Number(at ?? 1), column: Number(column ?? 1), message: message ?? line };
    });
  }
}
