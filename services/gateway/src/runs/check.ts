import { parseRunSpec, stagesBefore, throwSettingsProblems, type RunSpec } from '@minchat/config';
import { settingsProblems, type RunningPlugins } from '@minchat/config/stage-settings';
import { isMinchatError } from '@minchat/errors';
import type { z } from 'zod';
import type { specCheckView } from './view.ts';

type Check = z.output<typeof specCheckView>;

/** Everything that is wrong with a spec, by line, and the stages that it asks for as far as it can be read. */
export async function checkSpec(text: string, plugins: RunningPlugins): Promise<Check> {
  const file = 'spec';
  let spec: RunSpec | undefined;
  let problems = problemsThrown(() => { spec = parseRunSpec(text, file); });
  if (spec === undefined) return { name: '', problems, stages: [] };
  const settings = await settingsProblems(spec.stages, plugins);
  problems = problemsThrown(() => throwSettingsProblems(text, file, settings));
  return { name: spec.name, problems, stages: spec.stages.map((stage) => ({ stage: stage.name, kind: stage.kind, after: stagesBefore(stage) })) };
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
