import { metricsByName, runStatusWords, stageStatusWords, type RunRecord, type StageRecord, type WireError } from '@minchat/contracts';
import { z } from 'zod';

// Runs as the web app sees them.

const metrics = z.record(z.string(), z.number());
const error = z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable();

const stageView = z.object({
  stage: z.string(),
  kind: z.string(),
  status: z.enum(['waiting', 'queued', 'running', 'completed', 'failed', 'cancelled']),
  attempt: z.int(),
  step: z.int(),
  totalSteps: z.int(),
  tokens: z.int(),
  metrics,
  queuedAt: z.int(),
  startedAt: z.int(),
  finishedAt: z.int(),
  outputs: z.array(z.object({ name: z.string(), kind: z.string(), digest: z.string(), size: z.int() })),
  error,
});

const runView = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  createdAt: z.int().describe('Milliseconds since 1970, as all times here; 0 for never'),
  updatedAt: z.int(),
  forkedFrom: z.string().nullable(),
  stages: z.array(stageView),
  error,
});
export const specCheckView = z.object({
  name: z.string(),
  problems: z.array(z.object({ line: z.int(), column: z.int(), message: z.string() })).describe('Nothing: the spec can be run'),
  stages: z.array(z.object({ stage: z.string(), kind: z.string(), after: z.array(z.string()) })),
});
export const runListView = z.object({ runs: z.array(runView) });
export const runDetailView = runView.extend({ spec: z.unknown() });

export function viewRun(run: RunRecord): z.output<typeof runView> {
  return {
    id: run.runId,
    name: run.name,
    status: runStatusWords[run.status],
    createdAt: run.createdAtMs,
    updatedAt: run.updatedAtMs,
    forkedFrom: run.forkedFrom === '' ? null : run.forkedFrom,
    stages: run.stages.map(viewStage),
    error: viewError(run.error),
  };
}

export function viewRunDetail(run: RunRecord): z.output<typeof runDetailView> {
  return { ...viewRun(run), spec: JSON.parse(run.specJson) as unknown };
}

function viewStage(stage: StageRecord): z.output<typeof stageView> {
  return {
    stage: stage.stage,
    kind: stage.kind,
    status: stageStatusWords[stage.status],
    attempt: stage.attempt,
    step: stage.step,
    totalSteps: stage.totalSteps,
    tokens: stage.tokens,
    metrics: metricsByName(stage.metrics),
    queuedAt: stage.queuedAtMs,
    startedAt: stage.startedAtMs,
    finishedAt: stage.finishedAtMs,
    outputs: (stage.result?.outputs ?? []).flatMap(({ name, artifact }) =>
      artifact === undefined ? [] : [{ name, kind: artifact.kind, digest: artifact.digest, size: artifact.size }]),
    error: viewError(stage.error),
  };
}

export function viewError(wire: WireError | undefined): z.output<typeof error> {
  return wire === undefined ? null : { code: wire.code, message: wire.message, hint: wire.hint };
}
