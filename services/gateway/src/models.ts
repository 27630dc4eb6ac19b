import { StageStatus, type RunRecord, type StageRecord } from '@minchat/contracts';
import { ApiError } from './errors.ts';
import type { ServedModel } from './openai/generation.ts';

/** What a model is for: writing text, or scoring it. */
export type Purpose = 'text' | 'reward';

const artifactKind = { text: 'model', reward: 'reward-model' } as const;

/** A model that can be addressed, as GET /v1/models lists it. */
export interface ListedModel extends ServedModel {
  run: string;
  stage: string;
  purpose: Purpose;
  createdAtMs: number;
}

/** Finds models in the runs that the coordinator knows. The list is kept for a moment. */
export class ModelDirectory {
  readonly #fetch: () => Promise<RunRecord[]>;
  readonly #keepMs: number;
  #runs: { at: number; list: Promise<RunRecord[]> } | undefined;

  constructor(fetch: () => Promise<RunRecord[]>, keepMs = 2000) {
    this.#fetch = fetch;
    this.#keepMs = keepMs;
  }

  /** Every name that can be asked for: `latest`, each run, each of its stages; newest run first. */
  async list(): Promise<ListedModel[]> {
    const runs = await this.#newestFirst();
    const named = runs.flatMap((run) => {
      const best = bestOf(modelsOf(run, 'text'));
      const stages = [...modelsOf(run, 'text'), ...modelsOf(run, 'reward')];
      return [...(best === undefined ? [] : [{ ...best, id: run.runId }]), ...stages];
    });
    const latest = newestWith(runs, 'text');
    return latest === undefined ? named : [{ ...latest, id: 'latest' }, ...named];
  }

  /** Throws OpenAI's model_not_found, or an error when the model is for something else. */
  async resolve(name: string, purpose: Purpose): Promise<ListedModel> {
    const runs = await this.#newestFirst();
    const [runName = '', stage, ...rest] = name.split('/');
    const run = runName === 'latest'
      ? runs.find((one) => (stage === undefined ? modelsOf(one, purpose).length > 0 : one.stages.some((record) => record.stage === stage && isDone(record))))
      : runs.find((one) => one.runId === runName) ?? runs.find((one) => one.name === runName);
    if (run === undefined || rest.length > 0) throw notFound(name);
    const models = modelsOf(run, purpose);
    const found = stage === undefined ? bestOf(models) : models.find((model) => model.stage === stage);
    if (found !== undefined) return { ...found, id: name };
    const other = modelsOf(run, purpose === 'text' ? 'reward' : 'text').some((model) => model.stage === stage);
    if (!other) throw notFound(name);
    const message = purpose === 'text' ? `${name} scores texts and writes none; use /v1/rewards` : `${name} writes text and scores none; name a reward model`;
    throw new ApiError(400, message, { param: 'model', code: 'model_not_supported' });
  }

  async #newestFirst(): Promise<RunRecord[]> {
    const now = Date.now();
    if (this.#runs === undefined || now - this.#runs.at > this.#keepMs) this.#runs = { at: now, list: this.#fetch() };
    const { list } = this.#runs;
    try {
      return (await list).toSorted((a, b) => b.createdAtMs - a.createdAtMs);
    } catch (error) {
      // A failure is not kept.
      if (this.#runs?.list === list) this.#runs = undefined;
      throw error;
    }
  }
}

function notFound(name: string): ApiError {
  return new ApiError(404, `The model \`${name.slice(0, 100)}\` does not exist. GET /v1/models lists those there are.`, { param: 'model', code: 'model_not_found' });
}

function isDone(record: StageRecord): boolean {
  return record.status === StageStatus.STAGE_STATUS_COMPLETED;
}

function newestWith(runs: readonly RunRecord[], purpose: Purpose): ListedModel | undefined {
  for (const run of runs) {
    const best = bestOf(modelsOf(run, purpose));
    if (best !== undefined) return best;
  }
  return undefined;
}

/** The finished models of a run, in the order of its stages. */
function modelsOf(run: RunRecord, purpose: Purpose): ListedModel[] {
  return run.stages.filter(isDone).flatMap((record) =>
    (record.result?.outputs ?? []).flatMap(({ artifact }): ListedModel[] =>
      artifact?.kind !== artifactKind[purpose] ? [] : [{
        id: `${run.runId}/${record.stage}`,
        kind: record.kind,
        artifact,
        run: run.runId,
        stage: record.stage,
        purpose,
        createdAtMs: record.finishedAtMs,
      }]));
}

/** The furthest that a run came: a PPO policy before an SFT model before a base model; of equals the last. */
function bestOf(models: readonly ListedModel[]): ListedModel | undefined {
  const rank = ({ kind }: ListedModel): number => (kind === 'ppo' ? 2 : kind === 'pretrain' ? 0 : 1);
  return models.reduce<ListedModel | undefined>((best, model) => (best === undefined || rank(model) >= rank(best) ? model : best), undefined);
}
