import { MinchatError } from '@minchat/errors';
import { pairKey, type MergeTable } from './bpe.ts';
import { tokenBytes, type TokenBytes } from './decode.ts';
import { normalizing } from './normalize.ts';
import { gpt2Pipeline, type Pipeline } from './pipeline.ts';

/** A token beside the merges: found as a whole, never built by merging. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Special tokens carry structure (roles, ends of turns); they are not read from a user's text. */
  readonly special: boolean;
  /** Found only where neither a letter nor a digit stands beside it. */
  readonly singleWord?: boolean;
  /** Takes the white space in front of it along, or that behind it. */
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  /** Looked for, as the normalizer writes it, in what the normalizer has made of a text. */
  readonly normalized?: boolean;
}

/** What a tokenizer is made of. */
export interface TokenizerParts {
  /** Tokens, by GPT-2's spelling of bytes in a byte-level tokenizer, to ids. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Pairs of tokens in order of rank. */
  readonly merges: readonly (readonly [string, string])[];
  readonly added: readonly AddedToken[];
  /** GPT-2's where it is left out. */
  readonly pipeline?: Pipeline;
  /** Jinja. */
  readonly chatTemplate?: string | undefined;
  readonly eosToken?: string | undefined;
  readonly bosToken?: string | undefined;
  /** Special tokens that end a text beside the others, as the model's own files say. */
  readonly stopIds?: readonly number[];
  /** What else tokenizer_config.json says: nothing to us, but to who reads the folder that is written. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** The parts, checked and laid out for encoding. */
export interface Vocabulary {
  readonly size: number;
  /** By id; none where the numbering has a gap, whose rows a model has all the same. */
  readonly tokens: readonly TokenBytes[];
  readonly idOf: ReadonlyMap<string, number>;
  readonly merges: MergeTable;
}

const maxId = 0x100_0000;

function invalid(message: string): MinchatError {
  return new MinchatError('MC_TOKENIZER_INVALID', message);
}

/** Checks the parts against each other. Throws MC_TOKENIZER_INVALID with the first thing that is wrong. */
export function buildVocabulary(parts: TokenizerParts): Vocabulary {
  const idOf = new Map(parts.vocab);
  const { normalizer, decoder } = parts.pipeline ?? gpt2Pipeline();
  const normalize = normalizing(normalizer);
  const tokens: (TokenBytes | undefined)[] = [];
  const special = new Map(parts.added.map((token) => [token.content, token.id]));
  const place = (content: string, id: number, value: TokenBytes): void => {
    if (!Number.isInteger(id) || id < 0 || id >= maxId) {
      throw invalid(`token ${JSON.stringify(content)}: expected an id from 0 to ${maxId - 1}, found ${id}`);
    }
    if (tokens[id] !== undefined) throw invalid(`token ${JSON.stringify(content)}: id ${id} is taken by another token`);
    tokens[id] = value;
  };
  const encoder = new TextEncoder();
  for (const token of parts.added) {
    if (token.content === '') throw invalid(`added token ${token.id}: expected some text, found none`);
    const known = parts.vocab.get(token.content);
    if (known !== undefined && known !== token.id) {
      throw invalid(`added token ${JSON.stringify(token.content)}: id ${token.id}, but the vocabulary says ${known}`);
    }
    const spelling = token.normalized === true ? (normalize?.(token.content, 'first') ?? token.content) : token.content;
    // A token that was added is found as it is written, so that in a byte-level tokenizer it stands for that.
    place(token.content, token.id, decoder.type === 'ByteLevel' ? { bytes: encoder.encode(token.content), fallback: false } : tokenBytes(spelling, decoder));
    idOf.set(token.content, token.id);
  }
  for (const [token, id] of parts.vocab) {
    if (special.has(token)) continue;
    if (token === '') throw invalid(`token ${id}: expected some text, found none`);
    place(token, id, tokenBytes(token, decoder));
  }
  return { size: tokens.length, tokens: Array.from(tokens, (token) => token ?? { bytes: new Uint8Array(), fallback: false }), idOf, merges: buildMerges(parts) };
}

function buildMerges({ vocab, merges }: TokenizerParts): MergeTable {
  const ranks = new Map<number, number>();
  const merged = Int32Array.from(merges, ([left, right], rank) => {
    const [a, b, both] = [vocab.get(left), vocab.get(right), vocab.get(left + right)];
    if (a === undefined || b === undefined || both === undefined) {
      const missing = a === undefined ? left : b === undefined ? right : left + right;
      throw invalid(`merge ${rank} (${left} ${right}): ${JSON.stringify(missing)} is not in the vocabulary`);
    }
    const key = pairKey(a, b);
    // As in Hugging Face's library a pair listed twice has its last rank.
    ranks.set(key, rank);
    return both;
  });
  return { ranks, merged };
}
