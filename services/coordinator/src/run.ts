import { createHash, randomBytes } from 'node:crypto';
import { formatRunSpec, parseRunSpec, stagesFrom, suggest, type RunSpec } from '@minchat/config';
import { create, RunRecord, type ArtifactRef, type Init, type Job, type StageRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { changeSettings, readChanges } from './change-settings.ts';
import { runStatuses, stageState, stageStatuses } from './machine.ts';
import { resolveInputs } from './transition.ts';

/** A new id that says the run's name: `quickstart-k3f9a2c1`. */
export function newRunId(name: string): string {
  return `${name.toLowerCase()}-${randomBytes(4).toString('hex')}`;
}

/** The same for the same stage of the same run, so that publishing it twice is publishing it once. */
export function jobIdOf(runId: string, stage: string): string {
  // No stage's name has an underscore: no two pairs give the same id.
  return `${runId}_${stage}`;
}

/** A stage's own seed, from the run's: stages of a run do not share their random numbers. */
export function seedOf(spec: RunSpec, stage: string): number {
  return createHash('sha256').update(`${spec.seed}/${stage}`).digest().readUInt32LE(0);
}

/** A run that has not begun. Results in `taken` (by stage name) need not be made again. */
export function newRun(
  spec: RunSpec,
  runId: string,
  now: number,
  { taken = new Map<string, StageRecord>(), forkedFrom = '' }: { taken?: ReadonlyMap<string, StageRecord>; forkedFrom?: string } = {},
): RunRecord {
  return create(RunRecord, {
    runId,
    name: spec.name,
    specJson: formatRunSpec(spec),
    status: runStatuses.running,
    createdAtMs: now,
    updatedAtMs: now,
    forkedFrom,
    stages: spec.stages.map(
      (stage) => taken.get(stage.name) ?? { stage: stage.name, kind: stage.kind, status: stageStatuses.waiting, jobId: jobIdOf(runId, stage.name) },
    ),
  });
}

/** Every artifact that a run has made or names. */
export function artifactsOf(record: RunRecord): Pick<ArtifactRef, 'scope' | 'digest'>[] {
  const made = record.stages.flatMap((stage) => stage.result?.outputs ?? []).flatMap(({ artifact }) => artifact ?? []);
  const named = parseRunSpec(record.specJson, record.runId).stages.flatMap((stage) => Object.values(stage.inputs));
  return [...made, ...named.flatMap((input) => ('artifact' in input ? [{ scope: '', digest: input.artifact }] : []))];
}

/** The job of a stage whose inputs are all there. */
export function jobOf(spec: RunSpec, record: RunRecord, name: string): Init<Job> {
  const stage = spec.stages.find((other) => other.name === name);
  const stageRecord = record.stages.find(({ stage: other }) => other === name);
  const inputs = stage && resolveInputs(stage, record);
  if (stage === undefined || stageRecord === undefined || inputs === undefined) throw new MinchatError('MC_INTERNAL', `run ${record.runId}: stage ${name} is not ready`);
  return {
    jobId: jobIdOf(record.runId, name),
    runId: record.runId,
    stage: name,
    kind: stage.kind,
    plugin: stage.plugin ?? '',
    seed: seedOf(spec, name),
    settingsJson: JSON.stringify(stage.settings),
    inputs,
    createdAtMs: stageRecord.queuedAtMs,
    round: stageRecord.round,
  };
}

/**
 * The spec and the results that a fork begins with: everything that does not hang on `fromStage`
 * is taken over as far as it is done. `settingsJson` is an object of stage name to the settings
 * to change, or with `replace` all that these stages have from now on. Throws MC_NOT_FOUND, MC_USAGE, MC_CONFLICT.
 */
export function planFork(record: RunRecord, fromStage: string, settingsJson: string, replace = false): { spec: RunSpec; taken: Map<string, StageRecord> } {
  const spec = parseRunSpec(record.specJson, record.runId);
  const names = spec.stages.map(({ name }) => name);
  if (!names.includes(fromStage)) {
    throw new MinchatError('MC_NOT_FOUND', `run ${record.runId} has no stage "${fromStage}"${suggest(fromStage, names)}`);
  }
  const again = stagesFrom(spec, fromStage);
  const changes = readChanges(settingsJson);
  for (const name of Object.keys(changes)) {
    if (!names.includes(name)) throw new MinchatError('MC_NOT_FOUND', `run ${record.runId} has no stage "${name}"${suggest(name, names)}`);
    if (!again.has(name)) {
      throw new MinchatError('MC_CONFLICT', `stage ${name} does not come after ${fromStage}: its settings cannot be changed in this fork`, {
        hint: `Fork from ${name}.`,
      });
    }
  }
  const taken = record.stages
    .filter((stage) => !again.has(stage.stage) && ['completed', 'stopped'].includes(stageState(stage)))
    .map((stage): [string, StageRecord] => [stage.stage, { ...stage, status: stageStatuses.completed, error: undefined }]);
  return { spec: { ...spec, stages: changeSettings(spec.stages, changes, replace) }, taken: new Map(taken) };
}
