import type { Command } from 'commander';
import { rpc } from '@minchat/bus';
import { parseRunSpec } from '@minchat/config';
import { errorFromWire, metricsByName, runStatusWords, StageStatus, stageStatusWords, type RunRecord } from '@minchat/contracts';
import { colors } from '../colors.ts';
import { formatSeconds, formatTable, type Output } from '../output.ts';
import { callersFolder } from '../paths.ts';
import { aboutRun } from '../run/about-run.ts';
import { headline, stageSeconds } from '../run/figures.ts';
import { errorOf } from '../run/follow.ts';
import { describeRun } from '../run/report.ts';
import { assign, assignmentsOf } from '../run/settings.ts';
import { addSet, outputOf, withBus, withRun } from './common.ts';

/** status, cancel, resume, fork. */
export function addRuns(program: Command): void {
  program
    .command('status')
    .argument('[run]', 'a run; without it the latest runs are listed')
    .description('Show the runs, or one run with its stages.')
    .action(async (runId: string | undefined, _: unknown, command: Command) => {
      const output = outputOf(command);
      await withBus(async (bus) => {
        if (runId === undefined) {
          const { runs } = await bus.call(rpc.listRuns, { limit: 20 });
          // A list is told without specs and metrics.
          output.result(await Promise.all(runs.map(async ({ runId: id }) => describeRun(await bus.call(rpc.getRun, { runId: id })))));
          output.line(runs.length === 0 ? 'There are no runs yet: `npm run minchat -- run examples/quickstart.yaml`.' : listText(runs));
          return;
        }
        showRun(output, await bus.call(rpc.getRun, { runId }));
      });
    });
  program
    .command('cancel')
    .argument('<run>')
    .description('Stop a run; what its stages have done so far is kept for `resume`.')
    .action(async (runId: string, _: unknown, command: Command) => {
      await withRun(runId, async (bus) => showRun(outputOf(command), await bus.call(rpc.cancelRun, { runId })));
    });
  program
    .command('resume')
    .argument('<run>')
    .description('Go on with a run that failed, was cancelled, or was stopped by a gate, from its checkpoints.')
    .action(async (runId: string, _: unknown, command: Command) => {
      await withRun(runId, async (bus) => showRun(outputOf(command), await bus.call(rpc.resumeRun, { runId })));
    });
  const fork = program
    .command('fork')
    .argument('<run>')
    .description('Start a new run that takes over the results of every stage before one, and goes on from there.')
    .requiredOption('--from <stage>', 'the first stage that is done again');
  addSet(fork)
    .action(async (runId: string, options: { from: string; set: string[] }, command: Command) => {
      const assignments = assignmentsOf(options.set);
      await withRun(runId, async (bus) => {
        const { specJson } = await bus.call(rpc.getRun, { runId });
        const stages = new Map(parseRunSpec(specJson).stages.map((stage) => [stage.name, stage]));
        const settings = Object.entries(assignments).map(([name, ofStage]) => {
          const stage = stages.get(name);
          // A stage that is not there is refused by the coordinator.
          return [name, stage === undefined ? {} : assign(stage, ofStage, callersFolder())] as const;
        });
        showRun(outputOf(command), await bus.call(rpc.forkRun, { runId, fromStage: options.from, settingsJson: JSON.stringify(Object.fromEntries(settings)), replace: true }));
      });
    });
}

function listText(runs: readonly RunRecord[]): string {
  const rows = runs.map((run) => {
    const done = run.stages.filter(({ status }) => status === StageStatus.STAGE_STATUS_COMPLETED).length;
    const at = run.stages.find(({ status }) => status === StageStatus.STAGE_STATUS_RUNNING)?.stage ?? '';
    return [run.runId, runStatusWords[run.status], `${done}/${run.stages.length}`, at, new Date(run.createdAtMs).toISOString().slice(0, 19).replace('T', ' ')];
  });
  return formatTable(['run', 'status', 'stages', 'at work', 'begun (UTC)'], rows);
}

export function showRun(output: Output, run: RunRecord): void {
  output.result(describeRun(run));
  output.line(`${colors.bold(run.runId)}  ${runStatusWords[run.status]}${run.forkedFrom === '' ? '' : `  (fork of ${run.forkedFrom})`}`);
  const rows = run.stages.map((stage) => {
    const seconds = stageSeconds(stage);
    const steps = stage.totalSteps > 0 ? `${stage.step}/${stage.totalSteps}` : '';
    return [stage.stage, stageStatusWords[stage.status], steps, seconds === undefined ? '' : formatSeconds(seconds), headline(metricsByName(stage.metrics))];
  });
  output.line(formatTable(['stage', 'status', 'steps', 'time', 'figures'], rows));
  const ofStages = run.stages.flatMap(({ error }) => (error && error.message !== run.error?.message ? [aboutRun(errorFromWire(error), run.runId)] : []));
  for (const { code, message, hint } of [...(run.error ? [errorOf(run)] : []), ...ofStages]) output.line(`${colors.red(code)}: ${message}\n${hint}`);
}
