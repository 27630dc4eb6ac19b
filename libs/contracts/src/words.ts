// What messages say, as people and programs read it: the command line and the web app alike.
import { RunStatus, StageStatus, type Metric, type StageEvent } from './generated/types.ts';

export const runStatusWords = {
  [RunStatus.RUN_STATUS_UNSPECIFIED]: 'running',
  [RunStatus.RUN_STATUS_RUNNING]: 'running',
  [RunStatus.RUN_STATUS_COMPLETED]: 'completed',
  [RunStatus.RUN_STATUS_FAILED]: 'failed',
  [RunStatus.RUN_STATUS_CANCELLED]: 'cancelled',
} as const satisfies Record<RunStatus, string>;

export const stageStatusWords = {
  [StageStatus.STAGE_STATUS_UNSPECIFIED]: 'waiting',
  [StageStatus.STAGE_STATUS_WAITING]: 'waiting',
  [StageStatus.STAGE_STATUS_QUEUED]: 'queued',
  [StageStatus.STAGE_STATUS_RUNNING]: 'running',
  [StageStatus.STAGE_STATUS_COMPLETED]: 'completed',
  [StageStatus.STAGE_STATUS_FAILED]: 'failed',
  [StageStatus.STAGE_STATUS_CANCELLED]: 'cancelled',
} as const satisfies Record<StageStatus, string>;

const eventKinds = ['started', 'progress', 'checkpointed', 'completed', 'failed', 'released', 'runChanged', 'logged'] as const satisfies readonly (keyof StageEvent)[];

/** What happened: the field of an event that has the particulars. Undefined for what only a newer version knows. */
export function eventKind(event: StageEvent): (typeof eventKinds)[number] | undefined {
  return eventKinds.find((kind) => event[kind] !== undefined);
}

/** Metrics by name. */
export function metricsByName(metrics: readonly Metric[]): Record<string, number> {
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}
