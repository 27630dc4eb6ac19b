import { create } from './codec.ts';
import { RunRecord, StageStatus, type StageRecord } from './generated/types.ts';
import type { Init } from './message-type.ts';

let digits = 0;

/** A stage; one that is completed has an artifact of its own. */
export function exampleStage(stage: string, kind: string, artifactKind: string, status: StageStatus = StageStatus.STAGE_STATUS_COMPLETED): Init<StageRecord> {
  digits += 1;
  const artifact = { kind: artifactKind, digest: `sha256:${String(digits).padStart(64, '0')}`, size: 1 };
  return { stage, kind, status, ...(status === StageStatus.STAGE_STATUS_COMPLETED ? { result: { outputs: [{ name: 'model', artifact }] } } : {}) };
}

/** A run, named by what stands before the first hyphen of its id. */
export function exampleRun(runId: string, createdAtMs: number, stages: Init<StageRecord>[]): RunRecord {
  return create(RunRecord, { runId, name: runId.split('-')[0] ?? '', specJson: '{}', status: 1, createdAtMs, stages });
}
