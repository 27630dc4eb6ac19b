import type { ArtifactRef } from '@minchat/contracts';
import { toMinchatError, type MinchatError } from '@minchat/errors';
import { DecodeBatch, disposeModel, loadModel, type ModelShape } from '@minchat/model';
import { loadTokenizer } from '@minchat/tokenizer';
import type { Room } from './check-bytes.ts';
import type { ComputeOptions } from './protocol.ts';
import type { LoadedModel } from './requests.ts';

/** A model, or why it is not there yet. */
type Found =
  | { state: 'loading' }
  | { state: 'ready'; loaded: LoadedModel }
  | { state: 'failed'; error: MinchatError };

type Entry = Found & { used: number };

/** Loads models on demand and unloads the one unused for longest when there are too many. */
export class ModelStore {
  readonly #entries = new Map<string, Entry>();
  readonly #options: ComputeOptions;
  readonly #fetch: (source: ArtifactRef) => Promise<string>;
  readonly #changed: () => void;
  #clock = 0;

  /**
   * `fetch` gives the verified local folder of a model that is to be loaded; `changed` is called when
   * one has been loaded, or could not be.
   */
  constructor(options: ComputeOptions, fetch: (source: ArtifactRef) => Promise<string>, changed: () => void) {
    this.#options = options;
    this.#fetch = fetch;
    this.#changed = changed;
  }

  /** `full`: as many as may be loaded are in use. Never waits: loading goes on beside. A failure is told once; the next call tries again. */
  find(source: ArtifactRef): Found | { state: 'full' } {
    const entry = this.#entries.get(source.digest);
    if (entry === undefined) {
      if (!this.#makeRoom()) return { state: 'full' };
      this.#entries.set(source.digest, { state: 'loading', used: this.#clock += 1 });
      void this.#load(source);
      return { state: 'loading' };
    }
    entry.used = this.#clock += 1;
    return entry;
  }

  /** Forgets a failure, once everyone who waited was told. */
  forgetFailures(): void {
    for (const [digest, entry] of this.#entries) if (entry.state === 'failed') this.#entries.delete(digest);
  }

  ready(): LoadedModel[] {
    return Array.from(this.#entries.values()).flatMap((entry) => (entry.state === 'ready' ? [entry.loaded] : []));
  }

  batchOf(loaded: LoadedModel): DecodeBatch {
    loaded.batch ??= new DecodeBatch(loaded.model, { slots: loaded.room.slots, maxLength: loaded.room.tokens });
    return loaded.batch;
  }

  async #load(source: ArtifactRef): Promise<void> {
    const { digest } = source;
    try {
      const folder = await this.#fetch(source);
      const tokenizer = await loadTokenizer(folder);
      const model = await loadModel(folder);
      this.#entries.set(digest, { state: 'ready', used: this.#clock, loaded: { model, tokenizer, room: roomOf(model.shape, this.#options), batch: undefined, answers: new Map(), users: 0 } });
    } catch (error) {
      this.#entries.set(digest, { state: 'failed', used: this.#clock, error: toMinchatError(error) });
    }
    this.#changed();
  }

  /** The model unused for longest of those that answer, but for some. */
  oldestInUse(except: ReadonlySet<string>): string | undefined {
    return this.#oldest((entry, digest) => entry.state === 'ready' && entry.loaded.users > 0 && !except.has(digest))?.digest;
  }

  /** Whether one more model may be loaded, unloading the one unused for longest if need be. */
  #makeRoom(): boolean {
    if (this.#entries.size < this.#options.models) return true;
    const oldest = this.#oldest((entry) => entry.state === 'failed' || (entry.state === 'ready' && entry.loaded.users === 0));
    if (oldest === undefined) return false;
    if (oldest.entry.state === 'ready') unload(oldest.entry.loaded);
    this.#entries.delete(oldest.digest);
    return true;
  }

  #oldest(may: (entry: Entry, digest: string) => boolean): { digest: string; entry: Entry } | undefined {
    let oldest: { digest: string; entry: Entry } | undefined;
    for (const [digest, entry] of this.#entries) {
      if (may(entry, digest) && (oldest === undefined || entry.used < oldest.entry.used)) oldest = { digest, entry };
    }
    return oldest;
  }
}

function unload(loaded: LoadedModel): void {
  loaded.batch?.dispose();
  disposeModel(loaded.model);
}

/** Where memory is short, texts become shorter until so many answers run at once, but not shorter than so many tokens. */
const usefulSlots = 4;
const usefulTokens = 1024;

/** Slots whose keys and values (float32, every layer) fit in this model's share of the memory; of the whole context, where that leaves a few. */
export function roomOf({ layers, keyValueHeads, headSize, context }: ModelShape, { slots, kvBytes, models }: ComputeOptions): Room {
  const positions = Math.floor(kvBytes / models / (layers * 2 * keyValueHeads * headSize * 4));
  const tokens = Math.min(context, Math.max(usefulTokens, Math.floor(positions / Math.min(slots, usefulSlots))));
  return { tokens, slots: Math.max(1, Math.min(slots, Math.floor(positions / tokens))) };
}
