import { applyMerges, type MergeTable } from './bpe.ts';
import { charOfByte, spellBytes } from './byte-table.ts';
import type { Pipeline } from './pipeline.ts';

/** Words whose ids are remembered; when full, the memory starts over. */
const cacheSize = 50_000;
/** Longer words are hardly met twice. */
const cachedLength = 64;

const utf8 = new TextEncoder();

export interface WordEncoderOptions {
  /** Token to id. */
  readonly vocab: ReadonlyMap<string, number>;
  readonly merges: MergeTable;
  readonly model: Pipeline['model'];
  /** Whether the vocabulary is of bytes in GPT-2's spelling, or of characters. */
  readonly spellsBytes: boolean;
}

/** From words to ids: tokenizer.json's model (tokenizers, models/bpe/model.rs). */
export class WordEncoder {
  private readonly cache = new Map<string, readonly number[]>();
  private readonly options: WordEncoderOptions;
  private readonly unknown: number | undefined;
  /** -1 for a byte that is no token. */
  private readonly idOfByte: Int32Array;
  /**
   * SentencePiece's tokenizers take a text for one word, which is never met again. Where no token reaches across the
   * beginning of a ▁ no merge does, and the parts between have their ids one by one, and are remembered.
   */
  private readonly cutsAtSpaces: boolean;

  constructor(options: WordEncoderOptions) {
    this.options = options;
    const { unk_token } = options.model;
    this.unknown = unk_token === null ? undefined : options.vocab.get(unk_token);
    this.idOfByte = Int32Array.from(charOfByte, (char) => options.vocab.get(char) ?? -1);
    const { vocab, model, spellsBytes } = options;
    this.cutsAtSpaces = !spellsBytes && !model.ignore_merges && vocab.has('▁') && !vocab.keys().some((token) => /[^▁]▁/u.test(token));
  }

  /** Puts the ids of a word behind others. */
  encode(word: string, ids: number[]): void {
    if (!this.cutsAtSpaces) for (const id of this.remembered(word)) ids.push(id);
    else for (const part of word.match(/▁*[^▁]+|▁+/gu) ?? []) for (const id of this.remembered(part)) ids.push(id);
  }

  private remembered(word: string): readonly number[] {
    const known = this.cache.get(word);
    if (known !== undefined) return known;
    const ids = this.merge(word);
    if (word.length <= cachedLength) {
      if (this.cache.size >= cacheSize) this.cache.clear();
      this.cache.set(word, ids);
    }
    return ids;
  }

  private merge(word: string): readonly number[] {
    const { vocab, merges, model, spellsBytes } = this.options;
    if (model.ignore_merges) {
      const whole = vocab.get(spellsBytes ? spellBytes(word) : word);
      if (whole !== undefined) return [whole];
    }
    return applyMerges(spellsBytes ? this.idsOfBytes(word) : this.idsOf(word), merges);
  }

  private idsOfBytes(word: string): number[] {
    const ids = Array.from(utf8.encode(word), (byte) => this.idOfByte[byte] as number);
    return ids.includes(-1) ? this.idsOf(spellBytes(word)) : ids;
  }

  /** What merging begins with. A symbol that is no token is its bytes, the unknown token or, where there is none, nothing. */
  private idsOf(symbols: string): number[] {
    const { vocab, model } = this.options;
    const ids: number[] = [];
    // Unknown symbols in a row are one token where the model says so.
    let open = false;
    for (const symbol of symbols) {
      const id = vocab.get(symbol);
      const bytes = id === undefined && model.byte_fallback ? this.fallback(symbol) : undefined;
      const unknown = id === undefined && bytes === undefined;
      if (bytes !== undefined) ids.push(...bytes);
      else if (id !== undefined) ids.push(id);
      else if (this.unknown !== undefined && !(open && model.fuse_unk)) ids.push(this.unknown);
      open = unknown;
    }
    return ids;
  }

  /** The bytes of a symbol as tokens, if all of them are. */
  private fallback(symbol: string): number[] | undefined {
    const ids = Array.from(utf8.encode(symbol), (byte) => this.options.vocab.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`));
    return ids.every((id) => id !== undefined) ? ids : undefined;
  }
}
