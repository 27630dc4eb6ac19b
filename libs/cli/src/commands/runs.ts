import { Option, type Command } from 'commander';
import { rpc, type Bus } from '@minchat/bus';
import { parseRunSpec } from '@minchat/config';
import { explain } from '@minchat/config/metrics';
import { errorFromWire, metricsByName, RunStatus, runStatusWords, StageStatus, stageStatusWords, type RunRecord, type StageRecord } from '@minchat/contracts';
import { colors } from '../colors.ts';
import { formatSeconds, formatTable, type Output } from '../output.ts';
import { callersFolder } from '../paths.ts';
import { aboutRun } from '../run/about-run.ts';
import { formatFigure, headline, stageSeconds } from '../run/figures.ts';
import { assertCompleted, errorOf, followRun } from '../run/follow.ts';
import { createProgress } from '../run/progress.ts';
import { describeRun } from '../run/report.ts';
import { assign, assignmentsOf } from '../run/settings.ts';
import { addSet, outputOf, runArgument, stopSignal, withBus, withRun } from './common.ts';

/** status, cancel, resume, fork. */
export function addRuns(program: Command): void {
  program
    .command('status')
    .argument('[run]', `${runArgument}; without it the latest runs are listed`)
    .description('Show the runs, or one run with its stages.')
    .option('-w, --watch', 'show how the run, or the latest, goes until it has ended')
    .addOption(new Option('-e, --explain', 'show every figure of the run, or of the latest, and what it is').conflicts('watch'))
    .action(async (name: string | undefined, { watch, explain: isExplained }: { watch?: boolean; explain?: boolean }, command: Command) => {
      const output = outputOf(command);
      if (isExplained === true) {
        await withRun(name ?? 'latest', async (bus, runId) => {
          const run = await bus.call(rpc.getRun, { runId });
          showRun(output, run);
          for (const stage of run.stages.filter(({ metrics }) => metrics.length > 0)) output.line(explainedFigures(stage));
        });
      } else if (watch === true) await withRun(name ?? 'latest', (bus, runId) => watchRun(output, bus, runId));
      else if (name === undefined) await withBus((bus) => listRuns(output, bus));
      else await withRun(name, async (bus, runId) => showRun(output, await bus.call(rpc.getRun, { runId })));
    });
  program
    .command('cancel')
    .argument('<run>', runArgument)
    .description('Stop a run; what its stages have done so far is kept for `resume`.')
    .action(async (name: string, _: unknown, command: Command) => {
      await withRun(name, async (bus, runId) => showRun(outputOf(command), await bus.call(rpc.cancelRun, { runId })));
    });
  program
    .command('resume')
    .argument('<run>', runArgument)
    .description('Go on with a run that failed, was cancelled, or was stopped by a gate, from its checkpoints.')
    .action(async (name: string, _: unknown, command: Command) => {
      await withRun(name, async (bus, runId) => showRun(outputOf(command), await bus.call(rpc.resumeRun, { runId })));
    });
  const fork = program
    .command('fork')
    .argument('<run>', runArgument)
    .description('Start a new run that takes over the results of every stage before one, and goes on from there.')
    .requiredOption('--from <stage>', 'the first stage that is done again');
  addSet(fork)
    .action(async (name: string, options: { from: string; set?: string[] }, command: Command) => {
      const assignments = assignmentsOf(options.set ?? []);
      await withRun(name, async (bus, runId) => {
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

async function listRuns(output: Output, bus: Bus): Promise<void> {
  const { runs } = await bus.call(rpc.listRuns, { limit: 20 });
  // A list is told without specs and metrics.
  output.result(await Promise.all(runs.map(async ({ runId: id }) => describeRun(await bus.call(rpc.getRun, { runId: id })))));
  output.line(runs.length === 0 ? 'There are no runs yet: `npm run minchat -- run examples/quickstart.yaml`.' : listText(runs));
}

/** Shows a run as it goes until it has ended. Throws the error of one that did not end well. */
async function watchRun(output: Output, bus: Bus, runId: string): Promise<void> {
  output.line(`Run ${runId}`);
  const view = createProgress(output);
  const run = await followRun(bus, runId, view, stopSignal()).finally(() => view.stop());
  output.result(describeRun(run));
  if (run.status === RunStatus.RUN_STATUS_RUNNING) process.exitCode = 130;
  else assertCompleted(run);
}

function listText(runs: readonly RunRecord[]): string {
  const rows = runs.map((run) => {
    const done = run.stages.filter(({ status }) => status === StageStatus.STAGE_STATUS_COMPLETED).length;
    const at = run.stages.find(({ status }) => status === StageStatus.STAGE_STATUS_RUNNING)?.stage ?? '';
    return [run.runId, runStatusWords[run.status], `${done}/${run.stages.length}`, at, new Date(run.createdAtMs).toISOString().slice(0, 19).replace('T', ' ')];
  });
  return formatTable(['run', 'status', 'stages', 'at work', 'begun (UTC)'], rows);
}

/** A line for each figure of a stage, under its name. */
function explainedFigures({ stage, kind, metrics }: StageRecord): string {
  const rows = Object.entries(metricsByName(metrics)).toSorted(([a], [b]) => a.localeCompare(b)).map(([name, value]) => {
    const about = explain(kind, name);
    return [`  ${name}`, formatFigure(value), about === undefined ? '' : `${about.isOfValidation ? 'On the validation split: ' : ''}${about.text}`];
  });
  return `\n${colors.bold(stage)}\n${formatTable([], rows)}`;
}

function showRun(output: Output, run: RunRecord): void {
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
