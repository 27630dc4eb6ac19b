import type { StageEvent, StageRecord, WireError } from '@minchat/contracts';
import { RunStatus, StageStatus, stageStatusWords } from '@minchat/contracts';

// The tables of SPEC.md. Everything that can happen to a stage or a run is here, in every state
// it can happen in: the compiler refuses a table with a hole.

/** `stopped`: done, but its gate stopped the run. Stored as a failed stage that has a result. */
export type StageState = 'waiting' | 'queued' | 'running' | 'completed' | 'stopped' | 'failed' | 'cancelled';

export type StageInput =
  /** Every stage it takes outputs of is completed. */
  | 'ready'
  | 'started'
  | 'progressed'
  /** A worker that was asked to stop handed the job back. */
  | 'released'
  /** A try failed; the job will be delivered again. */
  | 'retrying'
  /** The last try failed. */
  | 'failed'
  | 'completed'
  /** Completed, and its gate stops the run. */
  | 'gated'
  | 'cancel'
  | 'resume';

/** What happens next to a stage; `stay` takes note of nothing. */
type Next = StageState | 'stay';

export const stageTable: Readonly<Record<StageState, Readonly<Record<StageInput, Next>>>> = {
  waiting: {
    ready: 'queued', started: 'stay', progressed: 'stay', released: 'stay', retrying: 'stay',
    failed: 'stay', completed: 'stay', gated: 'stay', cancel: 'cancelled', resume: 'stay',
  },
  queued: {
    ready: 'stay', started: 'running', progressed: 'stay', released: 'stay', retrying: 'stay',
    failed: 'failed', completed: 'completed', gated: 'stopped', cancel: 'cancelled', resume: 'stay',
  },
  running: {
    ready: 'stay', started: 'running', progressed: 'running', released: 'queued', retrying: 'queued',
    failed: 'failed', completed: 'completed', gated: 'stopped', cancel: 'cancelled', resume: 'stay',
  },
  completed: {
    ready: 'stay', started: 'stay', progressed: 'stay', released: 'stay', retrying: 'stay',
    failed: 'stay', completed: 'stay', gated: 'stay', cancel: 'stay', resume: 'stay',
  },
  // Who resumes a run that a gate stopped has looked, and lets it pass.
  stopped: {
    ready: 'stay', started: 'stay', progressed: 'stay', released: 'stay', retrying: 'stay',
    failed: 'stay', completed: 'stay', gated: 'stay', cancel: 'stay', resume: 'completed',
  },
  // A result that came in after all is kept: there is only one that a job can have.
  failed: {
    ready: 'stay', started: 'stay', progressed: 'stay', released: 'stay', retrying: 'stay',
    failed: 'stay', completed: 'completed', gated: 'stopped', cancel: 'stay', resume: 'waiting',
  },
  cancelled: {
    ready: 'stay', started: 'stay', progressed: 'stay', released: 'stay', retrying: 'stay',
    failed: 'stay', completed: 'completed', gated: 'stopped', cancel: 'stay', resume: 'waiting',
  },
};

export type RunState = 'running' | 'completed' | 'failed' | 'cancelled';

export type RunInput =
  /** Every stage is completed. */
  | 'finished'
  /** A stage failed for good, or a gate stopped it. */
  | 'broken'
  | 'cancel'
  | 'resume';

/** `refuse` answers the person who asked with MC_CONFLICT. */
export const runTable: Readonly<Record<RunState, Readonly<Record<RunInput, RunState | 'stay' | 'refuse'>>>> = {
  running: { finished: 'completed', broken: 'failed', cancel: 'cancelled', resume: 'stay' },
  completed: { finished: 'stay', broken: 'stay', cancel: 'refuse', resume: 'refuse' },
  failed: { finished: 'stay', broken: 'stay', cancel: 'cancelled', resume: 'running' },
  cancelled: { finished: 'stay', broken: 'stay', cancel: 'stay', resume: 'running' },
};

/** What is to be done outside; every one may be done twice without harm. */
export type Command =
  /** Put the stage's job on the queue. */
  | { readonly do: 'publish'; readonly stage: string }
  /** Tell the worker that holds the job to stop. */
  | { readonly do: 'cancel'; readonly stage: string }
  /** Tell everyone that the run's status changed. */
  | { readonly do: 'announce'; readonly status: RunState };

export const stageStatuses: Readonly<Record<StageState, StageStatus>> = {
  waiting: StageStatus.STAGE_STATUS_WAITING,
  queued: StageStatus.STAGE_STATUS_QUEUED,
  running: StageStatus.STAGE_STATUS_RUNNING,
  completed: StageStatus.STAGE_STATUS_COMPLETED,
  stopped: StageStatus.STAGE_STATUS_FAILED,
  failed: StageStatus.STAGE_STATUS_FAILED,
  cancelled: StageStatus.STAGE_STATUS_CANCELLED,
};

export const runStatuses: Readonly<Record<RunState, RunStatus>> = {
  running: RunStatus.RUN_STATUS_RUNNING,
  completed: RunStatus.RUN_STATUS_COMPLETED,
  failed: RunStatus.RUN_STATUS_FAILED,
  cancelled: RunStatus.RUN_STATUS_CANCELLED,
};

export function stageState(record: StageRecord): StageState {
  const state = stageStatusWords[record.status];
  return state === 'failed' && record.result !== undefined ? 'stopped' : state;
}

/** Whether its job is published and not over. */
export function isAtWork(record: StageRecord): boolean {
  return ['queued', 'running'].includes(stageState(record));
}

/** What a worker's event means to its stage; undefined when it means nothing. `stopped` is why its gate stops the run, if it does. */
export function stageInput(event: StageEvent, stopped: string | undefined): StageInput | undefined {
  if (event.started) return 'started';
  if (event.progress) return 'progressed';
  if (event.released) return 'released';
  if (event.failed) return event.failed.final ? 'failed' : 'retrying';
  if (event.completed) return stopped === undefined ? 'completed' : 'gated';
  return undefined;
}

/**
 * Whether an event is news of a try that is over. Attempts are counted by the job's record and
 * only grow: while a stage is queued the news can only be of a later try than the last one seen.
 */
export function isStale(record: StageRecord, event: StageEvent): boolean {
  const attempt = event.started?.attempt ?? event.failed?.attempt ?? event.released?.attempt;
  if (attempt === undefined) return false;
  return stageState(record) === 'queued' ? attempt <= record.attempt : attempt < record.attempt;
}

export function gateError(reason: string): WireError {
  return {
    code: 'MC_GATE_STOPPED',
    message: reason,
    hint: 'Change the stage before it and fork the run from there, or let the run pass with `npm run minchat -- resume RUN`.',
    retryable: false,
  };
}
