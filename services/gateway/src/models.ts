import { findModel, nameModels, type ModelPurpose, type NamedModel, type RunRecord } from '@minchat/contracts';
import { ApiError } from './errors.ts';

/** Finds models in the runs that the coordinator knows. The list is kept for a moment, and for as long as no coordinator answers. */
export class ModelDirectory {
  readonly #fetch: () => Promise<RunRecord[]>;
  readonly #keepMs: number;
  #runs: { at: number; list: Promise<RunRecord[]> } | undefined;
  /** The last list that came. */
  #known: RunRecord[] | undefined;

  constructor(fetch: () => Promise<RunRecord[]>, keepMs = 2000) {
    this.#fetch = fetch;
    this.#keepMs = keepMs;
  }

  /** Every name that can be asked for. */
  async list(): Promise<NamedModel[]> {
    return nameModels(await this.#all());
  }

  /** The model of this name, whatever it is for. Throws OpenAI's model_not_found. */
  async describe(name: string): Promise<NamedModel> {
    const runs = await this.#all();
    const found = findModel(runs, name, 'text') ?? findModel(runs, name, 'reward');
    if (found === undefined) throw notFound(name);
    return found;
  }

  /** Throws OpenAI's model_not_found, or an error when the model is for something else. */
  async resolve(name: string, purpose: ModelPurpose): Promise<NamedModel> {
    const runs = await this.#all();
    const found = findModel(runs, name, purpose);
    if (found !== undefined) return found;
    if (findModel(runs, name, purpose === 'text' ? 'reward' : 'text') === undefined) throw notFound(name);
    const message = purpose === 'text' ? `${name} scores texts and writes none; use /v1/rewards` : `${name} writes text and scores none; name a reward model`;
    throw new ApiError(400, message, { param: 'model', code: 'model_not_supported' });
  }

  async #all(): Promise<RunRecord[]> {
    const now = Date.now();
    if (this.#runs === undefined || now - this.#runs.at > this.#keepMs) this.#runs = { at: now, list: this.#fetch() };
    const { list } = this.#runs;
    try {
      return (this.#known = await list);
    } catch (error) {
      // Models go on answering while a coordinator is started anew.
      if (this.#known !== undefined) return this.#known;
      // A failure is not kept.
      if (this.#runs?.list === list) this.#runs = undefined;
      throw error;
    }
  }
}

function notFound(name: string): ApiError {
  return new ApiError(404, `The model \`${name.slice(0, 100)}\` does not exist. GET /v1/models lists those there are.`, { param: 'model', code: 'model_not_found' });
}
