import { formatInputRef, judgeGate, stagesBefore, type RunSpec, type StageSpec } from '@minchat/config';
import { metricsByName, runStatusWords, type Metric, type RunRecord, type StageEvent, type StageRecord, type WireError } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import {
  gateError,
  isStale,
  runStatuses,
  runTable,
  stageInput,
  stageState,
  stageStatuses,
  stageTable,
  type Command,
  type RunInput,
  type StageInput,
} from './machine.ts';

export type RunEvent =
  | { readonly type: 'begin' }
  | { readonly type: 'cancel' }
  | { readonly type: 'resume' }
  | { readonly type: 'stage'; readonly event: StageEvent };

export interface Outcome {
  /** The same object when nothing changed. */
  readonly record: RunRecord;
  readonly commands: readonly Command[];
}

/**
 * What a run becomes by an event, and what is to be done about it. Pure: `now` (milliseconds) is
 * the only clock. Any event may be given twice or late. Throws MC_CONFLICT for a request that
 * the table refuses.
 */
export function transition(spec: RunSpec, before: RunRecord, event: RunEvent, now: number): Outcome {
  const commands: Command[] = [];
  let record = before;

  const input = (stage: StageRecord, what: StageInput, change: Partial<StageRecord> = {}) => {
    const state = stageState(stage);
    const next = stageTable[state][what];
    if (next === 'stay') return;
    if (next === 'queued' && state === 'waiting') commands.push({ do: 'publish', stage: stage.stage });
    if (next === 'cancelled' && state !== 'waiting') commands.push({ do: 'cancel', stage: stage.stage });
    const changed = { ...stage, ...change, status: stageStatuses[next] };
    record = { ...record, stages: record.stages.map((other) => (other.stage === stage.stage ? changed : other)) };
  };
  const move = (what: RunInput, error?: WireError) => {
    const state = runStatusWords[record.status];
    const next = runTable[state][what];
    if (next === 'refuse') throw new MinchatError('MC_CONFLICT', `run ${record.runId} is ${state}: it cannot be ${what === 'cancel' ? 'cancelled' : 'resumed'}`);
    if (next === 'stay') return false;
    commands.push({ do: 'announce', status: next });
    record = { ...record, status: runStatuses[next], error };
    return true;
  };

  switch (event.type) {
    case 'begin':
      if (!isBegun(spec, record)) commands.push({ do: 'announce', status: 'running' });
      break;
    case 'cancel':
      if (move('cancel')) for (const stage of record.stages) input(stage, 'cancel', { finishedAtMs: now });
      break;
    case 'resume':
      if (move('resume')) for (const stage of record.stages) input(stage, 'resume', resumed(stage));
      break;
    case 'stage': {
      const stage = record.stages.find(({ jobId }) => jobId !== '' && jobId === event.event.jobId);
      const stageSpec = spec.stages.find(({ name }) => name === stage?.stage);
      if (stage === undefined || stageSpec === undefined || isStale(stage, event.event)) break;
      const { completed } = event.event;
      const stopped = completed && judgeGate(stageSpec.stopIf, metricsByName(completed.result?.metrics ?? []));
      const what = stageInput(event.event, stopped);
      if (what !== undefined) input(stage, what, changeBy(stage, event.event, stopped));
      break;
    }
  }

  // What follows from the stages' states. A run that is not running starts nothing.
  if (runStatusWords[record.status] === 'running') {
    const broken = record.stages.find((stage) => ['failed', 'stopped'].includes(stageState(stage)));
    if (broken !== undefined) move('broken', broken.error);
    else if (record.stages.every((stage) => stageState(stage) === 'completed')) move('finished');
    else {
      for (const stage of record.stages) {
        if (isReady(spec, record, stage)) input(stage, 'ready', { queuedAtMs: now });
      }
    }
  }
  if (record !== before) record = { ...record, updatedAtMs: now };
  return { record, commands };
}

/** Whether a run's first stages were queued: whatever changes a run that goes on queues all that are ready. */
export function isBegun(spec: RunSpec, record: RunRecord): boolean {
  return runStatusWords[record.status] !== 'running' || !record.stages.some((stage) => isReady(spec, record, stage));
}

/**
 * What a run's state asks to be done, whatever happened before: to be done again after a crash
 * between a change and its commands.
 */
export function obligations(record: RunRecord): Command[] {
  const state = runStatusWords[record.status];
  return record.stages.flatMap((stage): Command[] => {
    if (state === 'running' && stageState(stage) === 'queued') return [{ do: 'publish', stage: stage.stage }];
    if (state === 'cancelled' && stageState(stage) === 'cancelled' && stage.queuedAtMs > 0) return [{ do: 'cancel', stage: stage.stage }];
    return [];
  });
}

/** The inputs of a stage as artifacts; undefined while a stage that makes one is not completed. */
export function resolveInputs(stage: StageSpec, record: RunRecord) {
  const done = new Map(record.stages.filter((other) => stageState(other) === 'completed').map((other) => [other.stage, other.result]));
  const inputs = [];
  for (const [name, ref] of Object.entries(stage.inputs)) {
    if ('artifact' in ref) {
      inputs.push({ name, artifact: { kind: ref.kind, digest: ref.artifact, size: 0 } });
      continue;
    }
    if ('run' in ref) throw new MinchatError('MC_INTERNAL', `stage ${stage.name}: expected an artifact for ${name}, found ${formatInputRef(ref)}`);
    const result = done.get(ref.stage);
    if (result === undefined) return undefined;
    const artifact = result.outputs.find((output) => output.name === ref.output)?.artifact;
    // An output that was declared and not made: the stage that takes it says what it lacks.
    if (artifact !== undefined) inputs.push({ name, artifact });
  }
  return inputs;
}

function isReady(spec: RunSpec, record: RunRecord, stage: StageRecord): boolean {
  const stageSpec = spec.stages.find(({ name }) => name === stage.stage);
  if (stageSpec === undefined || stageState(stage) !== 'waiting') return false;
  const completed = new Set(record.stages.filter((other) => stageState(other) === 'completed').map((other) => other.stage));
  return stagesBefore(stageSpec).every((name) => completed.has(name));
}

/** A stage that a gate stopped keeps its result; the others start a new round. */
function resumed(stage: StageRecord): Partial<StageRecord> {
  const again = { error: undefined, finishedAtMs: stage.finishedAtMs };
  // Round 0 is the first publication: a stage that was never queued has not had it.
  return stageState(stage) === 'stopped' ? again : { ...again, finishedAtMs: 0, round: stage.queuedAtMs === 0 ? 0 : stage.round + 1 };
}

/** More than any stage has that names its figures once: one that names them anew at every step would fill the record. */
const mostFigures = 1000;

/** Few figures are told at every step: those of an evaluation stay until the next. */
function latestOfEach(before: readonly Metric[], now: Metric[]): Metric[] {
  const all = Object.entries({ ...metricsByName(before), ...metricsByName(now) });
  return all.length > mostFigures ? now : all.map(([name, value]) => ({ name, value }));
}

function changeBy(stage: StageRecord, event: StageEvent, stopped: string | undefined): Partial<StageRecord> {
  if (event.started) {
    const { attempt, fromStep } = event.started;
    return { attempt, startedAtMs: stage.startedAtMs || event.atMs, error: undefined, ...(fromStep === 0 && { metrics: [] }) };
  }
  if (event.progress) {
    const { step, totalSteps, tokens, metrics } = event.progress;
    return { step, totalSteps, tokens, metrics: latestOfEach(stage.metrics, metrics) };
  }
  if (event.failed) {
    return {
      attempt: event.failed.attempt,
      error: event.failed.error,
      ...(event.failed.final ? { finishedAtMs: event.atMs } : {}),
    };
  }
  if (event.completed) {
    const { outputs = [], metrics = [] } = event.completed.result ?? {};
    return {
      // Its metrics stand in the record once, where those of its progress stood.
      result: { outputs, metrics: [] },
      metrics,
      finishedAtMs: event.atMs,
      error: stopped === undefined ? undefined : gateError(`stage ${stage.stage}: ${stopped}`),
    };
  }
  return {};
}
