// How models are named, to the command line and the gateway alike.
import { StageStatus, type ArtifactRef, type RunRecord, type StageRecord } from './generated/types.ts';

/** What a model is for: writing text, or scoring it. */
export type ModelPurpose = 'text' | 'reward';

const artifactKinds = { text: 'model', reward: 'reward-model' } as const;

/** A finished model of a run, under one of its names. */
export interface NamedModel {
  readonly id: string;
  readonly run: string;
  readonly stage: string;
  /** Of the stage. */
  readonly kind: string;
  readonly purpose: ModelPurpose;
  readonly artifact: ArtifactRef;
  readonly createdAtMs: number;
}

/** Every model under every name that it has: `latest`, each run, each of its stages; newest run first. */
export function nameModels(runs: readonly RunRecord[]): NamedModel[] {
  const named = newestFirst(runs).flatMap((run) => {
    const texts = modelsOf(run, 'text');
    const best = furthest(texts);
    return [...(best === undefined ? [] : [{ ...best, id: run.runId }]), ...texts, ...modelsOf(run, 'reward')];
  });
  const latest = findModel(runs, 'latest', 'text');
  return latest === undefined ? named : [latest, ...named];
}

/** The run of a name: its id, or the name in its spec, the newest of that name then; `latest` is the newest of all. */
export function findRun(runs: readonly RunRecord[], name: string): RunRecord | undefined {
  return runsOf(runs, name)[0];
}

/**
 * The model of a name: `RUN/STAGE`, `RUN` for the furthest that it came; a run goes by what `findRun` takes, and where
 * several do, it is the newest that has such a model: one that has just begun, or failed, hides none.
 */
export function findModel(runs: readonly RunRecord[], name: string, purpose: ModelPurpose): NamedModel | undefined {
  const [runName = '', stage, ...rest] = name.split('/');
  if (rest.length > 0) return undefined;
  for (const run of runsOf(runs, runName)) {
    const models = modelsOf(run, purpose);
    const found = stage === undefined ? furthest(models) : models.find((model) => model.stage === stage);
    if (found !== undefined) return { ...found, id: name };
  }
  return undefined;
}

/** All runs that a name may mean, the newest first. */
function runsOf(runs: readonly RunRecord[], name: string): RunRecord[] {
  const newest = newestFirst(runs);
  if (name === 'latest') return newest;
  const byId = newest.filter(({ runId }) => runId === name);
  return byId.length > 0 ? byId : newest.filter((run) => run.name === name);
}

function newestFirst(runs: readonly RunRecord[]): RunRecord[] {
  return runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
}

function isDone(record: StageRecord): boolean {
  return record.status === StageStatus.STAGE_STATUS_COMPLETED;
}

/** The finished models of a run, in the order of its stages. */
function modelsOf(run: RunRecord, purpose: ModelPurpose): NamedModel[] {
  return run.stages.filter(isDone).flatMap(({ stage, kind, result, finishedAtMs }) =>
    (result?.outputs ?? []).flatMap(({ artifact }): NamedModel[] =>
      artifact?.kind === artifactKinds[purpose] ? [{ id: `${run.runId}/${stage}`, run: run.runId, stage, kind, purpose, artifact, createdAtMs: finishedAtMs }] : []));
}

/** A PPO policy before an SFT model before a base model; of equals the last. */
function furthest(models: readonly NamedModel[]): NamedModel | undefined {
  const rank = ({ kind }: NamedModel): number => (kind === 'ppo' ? 2 : kind === 'pretrain' ? 0 : 1);
  return models.reduce<NamedModel | undefined>((best, model) => (best === undefined || rank(model) >= rank(best) ? model : best), undefined);
}
