import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { rpc, type Bus } from '@minchat/bus';
import { formatRunSpec, parseRunSpec, suggest, type RunSpec } from '@minchat/config';
import { findModel, RunStatus, type RunRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { findSystem } from '../connection.ts';
import { asFormat, collectionOf, contentName, guessFormat, sizeOfFile, type Format } from '../data-file.ts';
import type { Output } from '../output.ts';
import { callersFolder, userPath } from '../paths.ts';
import { checkSettings, type ReadSpec } from '../run/check-settings.ts';
import { assertCompleted, followRun } from '../run/follow.ts';
import { createProgress, type ProgressView } from '../run/progress.ts';
import { describeRun, fullReport } from '../run/report.ts';
import { assign, assignmentsOf, fromFolder } from '../run/settings.ts';
import { summary } from '../run/summary.ts';
import type { Supervisor } from '../system/supervisor.ts';
import { chat } from './chat.ts';
import { aborted, addSet, outputOf, stopSignal, wholeOption, withBus } from './common.ts';
import { importFile } from './import.ts';
import { createSupervisor, startSystem } from './up.ts';

interface RunOptions {
  data?: string;
  format?: string;
  set?: string[];
  seed?: number;
  exit?: boolean;
  report?: string;
  detach?: boolean;
}

export function addRun(program: Command): void {
  const run = program
    .command('run')
    .argument('<spec>', 'a run spec in YAML or JSON')
    .description('Run a spec to its end and show how it goes. Starts the services unless they are up; then stays up for chat.')
    .option('--data <file>', 'import this file first and let the data stage take it')
    .option('--format <format>', 'what the file is; guessed unless told');
  addSet(run)
    .option('--seed <n>', "take another seed than the spec's", wholeOption('seed', 0))
    .option('--exit', 'end when the run has ended')
    .option('--report <file>', 'write all figures as JSON')
    .option('--detach', 'only submit the run and print its id')
    .addHelpText('after', `
Examples:
  minchat run examples/quickstart.yaml
  minchat run examples/oasst.yaml --data trees.jsonl --exit --report out.json
  minchat run mine.yaml --set ppo.learningRate=1e-5 --set pretrain.model.layers=4`)
    .action(async (path: string, options: RunOptions, command: Command) => {
      const output = outputOf(command);
      const asked = await readSpec(userPath(path), path, options);
      const data = await findData(asked.spec, options);
      if (options.report !== undefined) await checkReport(userPath(options.report), options);
      const system = await findSystem();
      if (options.detach === true && !system.running) {
        throw new MinchatError('MC_USAGE', '--detach needs a system that stays up', { hint: 'Start one with `npm run minchat -- up`, or set NATS_URL.' });
      }
      if (system.running) {
        const signal = stopSignal();
        await withBus(async (bus) => {
          await checkSettings(asked, bus.plugins);
          await runOn(bus, { output, spec: asked.spec, data, options, signal });
        }, system.natsUrl);
        return;
      }
      // What is going to be started runs minchat's own stages.
      await checkSettings(asked, { of: async () => undefined });
      const note = { to: (message: string) => output.line(message) };
      await using supervisor = createSupervisor((message) => note.to(message));
      const signal = stopSignal(() => supervisor.kill());
      await startSystem(supervisor, output, signal);
      signal.throwIfAborted();
      const started = { supervisor, onView: (view: ProgressView) => void (note.to = (message) => view.note(message)) };
      await withBus((bus) => runOn(bus, { output, spec: asked.spec, data, options, signal }, started), supervisor.natsUrl);
    });
}

interface Task {
  output: Output;
  spec: RunSpec;
  data: DataFile | undefined;
  options: RunOptions;
  signal: AbortSignal;
}

/** The system that was started for the run, which is told where messages in between go. */
interface StartedSystem {
  supervisor: Supervisor;
  onView: (view: ProgressView) => void;
}

async function runOn(bus: Bus, { output, spec: given, data, options, signal }: Task, started?: StartedSystem): Promise<void> {
  const spec = data === undefined ? given : await importData(bus, output, given, data, signal);
  signal.throwIfAborted();
  const submitted = await bus.call(rpc.submitRun, { specJson: formatRunSpec(spec) });
  if (options.detach === true) {
    output.result(describeRun(submitted));
    output.line(submitted.runId);
    return;
  }
  output.line(`Run ${submitted.runId}`);
  const view = createProgress(output);
  started?.onView(view);
  const backends: Record<string, string> = {};
  const events = await bus.subscribeEvents({ runId: submitted.runId, from: 'all' }, (event) => {
    if (event.started && event.started.backend !== '') backends[event.stage] = event.started.backend;
    for (const { level, message } of event.logged?.lines ?? []) if (level === 'warn' || level === 'error') view.note(`${event.stage}: ${message}`);
  });
  const run = await followRun(bus, submitted.runId, view, signal).finally(() => view.stop());
  await events.stop();
  if (run.status === RunStatus.RUN_STATUS_RUNNING) {
    // Ctrl-C: what is done so far is in checkpoints.
    output.line(started === undefined ? `The run goes on: npm run minchat -- status ${run.runId} --watch` : `Stopping: services end what they do and save it. The run goes on with the next \`npm run minchat -- up\`.`);
    process.exitCode = 130;
    return;
  }
  await finish(bus, output, run, backends, options);
  if (started !== undefined && options.exit !== true && !output.json) await stayUp(bus, output, run, started.supervisor, signal);
}

async function finish(bus: Bus, output: Output, run: RunRecord, backends: Record<string, string>, options: RunOptions): Promise<void> {
  const report = await fullReport(bus, run, backends);
  output.line(summary(report));
  output.result(report);
  if (options.report !== undefined) {
    const path = userPath(options.report);
    await writeFile(`${path}.tmp`, `${JSON.stringify(report, null, 2)}\n`);
    await rename(`${path}.tmp`, path);
    output.line(`All figures are in ${path}.`);
  }
  assertCompleted(run);
}

/** What would keep the report from being written is told before the run, not behind it. Throws MC_USAGE. */
async function checkReport(path: string, { detach }: RunOptions): Promise<void> {
  if (detach === true) throw new MinchatError('MC_USAGE', '--report: expected a run that is waited for, found --detach', { hint: 'Leave one of the two out.' });
  try {
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true) throw new Error('it is a folder');
    await writeFile(`${path}.tmp`, '');
    await rm(`${path}.tmp`);
  } catch (cause) {
    throw new MinchatError('MC_USAGE', `--report: expected a file that can be written, found ${path}: ${(cause as Error).message}`, { cause, hint: 'Name a file in a folder that exists.' });
  }
}

async function stayUp(bus: Bus, output: Output, run: RunRecord, supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  // A run may have made no model that writes: one of a data stage only, say.
  const chats = process.stdin.isTTY && findModel([run], run.runId, 'text') !== undefined;
  output.line(`\nEverything stays up: ${supervisor.gatewayUrl}. Ctrl-C ${chats ? 'or /quit ' : ''}ends it.`);
  if (chats) await chat(bus, output, { model: run.runId, signal });
  else await aborted(signal);
}

async function readSpec(path: string, shown: string, options: RunOptions): Promise<ReadSpec> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MinchatError('MC_NOT_FOUND', `cannot read the spec ${shown}`, { cause, hint: 'Check the path; examples are in examples/.' });
  });
  const spec = parseRunSpec(text, shown);
  const assignments = assignmentsOf(options.set ?? []);
  const names = spec.stages.map(({ name }) => name);
  for (const stage of Object.keys(assignments)) {
    if (!names.includes(stage)) throw new MinchatError('MC_USAGE', `--set: the spec has no stage "${stage}"${suggest(stage, names)}`);
  }
  const given = spec.stages.map((stage) => ({ ...stage, settings: fromFolder(dirname(path), stage, stage.settings) }));
  const stages = given.map((stage) => ({ ...stage, settings: assign(stage, assignments[stage.name], callersFolder()) }));
  // With --data the collection has a name only when the file is imported.
  const pointed = options.data === undefined ? stages : takingFrom(collectionOf(userPath(options.data)), stages);
  return { spec: { ...spec, seed: options.seed ?? spec.seed, stages: pointed }, text, file: shown };
}

interface DataFile {
  /** As the user named it. */
  shown: string;
  path: string;
  format: Format;
}

/** The file of `--data`: what is wrong with it is told before anything starts. Throws MC_USAGE, MC_NOT_FOUND. */
async function findData(spec: RunSpec, { data: shown, format }: RunOptions): Promise<DataFile | undefined> {
  if (shown === undefined) return undefined;
  if (!spec.stages.some(({ kind }) => kind === 'data')) throw new MinchatError('MC_USAGE', '--data: the spec has no data stage to give the file to');
  const path = userPath(shown);
  await sizeOfFile(path);
  return { shown, path, format: format === undefined ? await guessFormat(path) : asFormat(format) };
}

/** Imports the file, and points the data stages that take a collection at it. */
async function importData(bus: Bus, output: Output, spec: RunSpec, { shown, path, format }: DataFile, signal: AbortSignal): Promise<RunSpec> {
  // The content is part of the name: the same file is imported once, another one never mixed with it.
  const collection = `${collectionOf(path)}-${await contentName(path, format)}`;
  const { collections } = await bus.call(rpc.listCollections, {});
  if (collections.some(({ name }) => name === collection)) output.line(`${shown} is imported already, as ${collection}.`);
  else await importFile(bus, output, { path, format, collection, strict: false, signal });
  return { ...spec, stages: takingFrom(collection, spec.stages) };
}

/** The stages, every data stage pointed at a collection. */
function takingFrom(collection: string, stages: RunSpec['stages']): RunSpec['stages'] {
  return stages.map((stage) => (stage.kind === 'data' ? { ...stage, settings: { ...stage.settings, source: 'collection', collection } } : stage));
}
