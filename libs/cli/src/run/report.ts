import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bus } from '@minchat/bus';
import { metricsByName, runStatusWords, stageStatusWords, type RunRecord, type StageRecord } from '@minchat/contracts';
import { version } from '../version.ts';
import { stageSeconds } from './figures.ts';

/** A run for programs: plain numbers and words. */
export function describeRun(run: RunRecord) {
  const spec = JSON.parse(run.specJson) as { seed: number };
  return {
    run: run.runId,
    name: run.name,
    seed: spec.seed,
    status: runStatusWords[run.status],
    forkedFrom: run.forkedFrom === '' ? null : run.forkedFrom,
    createdAt: new Date(run.createdAtMs).toISOString(),
    seconds: (Math.max(run.updatedAtMs, run.createdAtMs) - run.createdAtMs) / 1000,
    error: run.error === undefined ? null : { code: run.error.code, message: run.error.message, hint: run.error.hint },
    stages: run.stages.map(describeStage),
  };
}

function describeStage(stage: StageRecord) {
  const seconds = stageSeconds(stage);
  return {
    stage: stage.stage,
    kind: stage.kind,
    status: stageStatusWords[stage.status],
    attempts: stage.attempt,
    seconds: seconds ?? null,
    step: stage.step,
    totalSteps: stage.totalSteps,
    tokens: stage.tokens,
    tokensPerSecond: seconds === undefined || seconds === 0 || stage.tokens === 0 ? null : stage.tokens / seconds,
    metrics: metricsByName(stage.metrics),
    outputs: Object.fromEntries((stage.result?.outputs ?? []).flatMap(({ name, artifact }) => (artifact ? [[name, artifact.digest]] : []))),
    error: stage.error === undefined ? null : { code: stage.error.code, message: stage.error.message },
  };
}

/** The evaluator's report of a run, as it wrote it; undefined when the run has none. */
async function loadEvaluation(bus: Bus, run: RunRecord): Promise<unknown> {
  const artifact = run.stages.flatMap(({ result }) => result?.outputs ?? []).findLast(({ artifact: found }) => found?.kind === 'report')?.artifact;
  if (artifact === undefined) return undefined;
  return JSON.parse(await readFile(join(await bus.artifacts.get(artifact), 'report.json'), 'utf8')) as unknown;
}

/** Everything that is known of a run: what `--report` writes. */
export async function fullReport(bus: Bus, run: RunRecord, backends: Readonly<Record<string, string>>) {
  return {
    ...describeRun(run),
    spec: JSON.parse(run.specJson) as unknown,
    backends,
    versions: { minchat: version, node: process.version, platform: `${process.platform}-${process.arch}` },
    evaluation: (await loadEvaluation(bus, run)) ?? null,
  };
}
