import { MinchatError } from '@minchat/errors';
import { applyMerges } from './bpe.ts';
import { ChatTemplate, type ChatTurn } from './chat-template.ts';
import { cut, needlesOf, preTokenize, type Needles } from './pre-tokenize.ts';
import { buildVocabulary, type TokenizerParts, type Vocabulary } from './vocabulary.ts';

/** Words whose ids are remembered; when full, the memory starts over. */
const cacheSize = 50_000;
/** Longer words are hardly met twice. */
const cachedLength = 64;

const utf8 = new TextEncoder();
/** ignoreBOM keeps U+FEFF: it is text like any other here. */
const plainText = { ignoreBOM: true };
const strict = new TextDecoder('utf-8', { ...plainText, fatal: true });

/** Turns ids into text piece by piece, never half a character. */
export interface StreamDecoder {
  /** The text that has become complete with this id; may be empty. */
  push(id: number): string;
  /** What is left at the end; bytes that are no character become U+FFFD. */
  flush(): string;
}

/** Byte-level BPE as GPT-2's, with the special tokens and the template of a chat model. */
export class Tokenizer {
  /** What it was made of, for saving. */
  readonly parts: TokenizerParts;
  /** One more than the highest id: the rows of the embedding. */
  readonly vocabSize: number;
  /** `<|endoftext|>`: begins and ends texts, and pads. */
  readonly endOfText: number;
  /** Ends an assistant's turn: what the chat template writes there; without one `<|end|>`, or what is named as eos_token. */
  readonly endOfTurn: number;
  /** Generation stops at any of these; the end of a turn comes first. */
  readonly eosIds: readonly number[];
  /** Bytes of the longest token: no text has fewer tokens than this goes into its bytes. */
  readonly longestToken: number;

  private readonly vocabulary: Vocabulary;
  private readonly specialIds: ReadonlySet<number>;
  private readonly allAdded: Needles | undefined;
  private readonly plainAdded: Needles | undefined;
  private readonly cache = new Map<string, readonly number[]>();
  /** By id; null for one whose bytes are not whole characters. */
  private readonly wholeTexts = new Map<number, string | null>();
  private template: ChatTemplate | undefined;

  /** Throws MC_TOKENIZER_INVALID when the parts do not fit together. */
  constructor(parts: TokenizerParts) {
    this.parts = parts;
    this.vocabulary = buildVocabulary(parts);
    this.vocabSize = this.vocabulary.size;
    this.longestToken = this.vocabulary.bytes.reduce((most, bytes) => Math.max(most, bytes.length), 1);
    this.specialIds = new Set(parts.added.filter((token) => token.special).map((token) => token.id));
    this.allAdded = needlesOf(parts.added);
    this.plainAdded = needlesOf(parts.added.filter((token) => !token.special));

    const eos = parts.eosToken === undefined ? undefined : this.idOf(parts.eosToken);
    const endOfText = this.idOf('<|endoftext|>') ?? eos;
    if (endOfText === undefined) {
      throw new MinchatError('MC_TOKENIZER_INVALID', 'expected a token <|endoftext|> or an eos_token, found neither');
    }
    this.endOfText = endOfText;
    this.endOfTurn = this.endByTemplate() ?? this.idOf('<|end|>') ?? eos ?? endOfText;
    const stops = (parts.stopIds ?? []).filter((id) => this.isSpecial(id));
    this.eosIds = [...new Set([this.endOfTurn, eos ?? endOfText, endOfText, ...stops])];
  }

  /** The special token that the tokenizer's own chat template writes after an answer, whether the conversation goes on or not. */
  private endByTemplate(): number | undefined {
    if (this.parts.chatTemplate === undefined) return undefined;
    // No word of a template's own.
    const answer = '9f86d081';
    const turns = [{ role: 'user', content: 'question' }, { role: 'assistant', content: answer }, { role: 'user', content: 'thanks' }];
    try {
      const template = new ChatTemplate(this.parts.chatTemplate, this.parts);
      const [last, next] = [turns.slice(0, 2), turns].map((messages) => {
        const pieces = template.render(messages, false);
        const after = pieces[pieces.findIndex((piece) => piece.text.includes(answer)) + 1];
        return after?.special === true ? after.text : undefined;
      });
      return last === undefined || last !== next ? undefined : this.idOf(last);
    } catch {
      // What is wrong with the template is told where a conversation is encoded.
      return undefined;
    }
  }

  /** The id of a token given by its text (special tokens) or by GPT-2's spelling of its bytes. */
  idOf(token: string): number | undefined {
    return this.vocabulary.idOf.get(token);
  }

  isSpecial(id: number): boolean {
    return this.specialIds.has(id);
  }

  /**
   * Ids of a text, which may go on from another one: the space that some tokenizers put before a text is then not put. What
   * looks like a special token is ordinary text: a user cannot forge a turn.
   */
  encode(text: string, { goesOn = false } = {}): number[] {
    return this.encodeCut(text, this.plainAdded, goesOn ? { prefixSpace: false } : {});
  }

  /** Ids of a text whose special tokens are meant: only for text that no user wrote. */
  encodeWithSpecial(text: string): number[] {
    return this.encodeCut(text, this.allAdded);
  }

  /**
   * Whether an answer is finished. Other tokens stop a generation, too, but only the end of a turn is a proper ending:
   * it is what demonstrations end with, and what a ranked answer that is finished is given for the reward model.
   */
  isFinished(answer: readonly number[]): boolean {
    return answer.at(-1) === this.endOfTurn;
  }

  /** Ids of a conversation by the chat template. Contents cannot make special tokens. */
  encodeChat(messages: readonly ChatTurn[], options: { addGenerationPrompt: boolean }): number[] {
    this.template ??= ChatTemplate.of(this.parts, this.vocabulary);
    const ids: number[] = [];
    for (const piece of this.template.render(messages, options.addGenerationPrompt)) {
      const special = piece.special ? this.idOf(piece.text) : undefined;
      if (special === undefined) this.encodeCut(piece.text, this.plainAdded, { into: ids, prefixSpace: false });
      else ids.push(special);
    }
    return ids;
  }

  /** Text of ids; bytes that are no character become U+FFFD. Throws MC_TOKENIZER_INVALID for an id beyond the last. */
  decode(ids: Iterable<number>, options: { skipSpecial?: boolean } = {}): string {
    const decoder = this.streamDecoder();
    let text = '';
    for (const id of ids) {
      if (options.skipSpecial !== true || !this.isSpecial(id)) text += decoder.push(id);
    }
    return text + decoder.flush();
  }

  streamDecoder(): StreamDecoder {
    const decoder = new TextDecoder('utf-8', plainText);
    // Whether bytes of a character may be waiting for the rest of it.
    let open = false;
    return {
      push: (id) => {
        const whole = this.wholeText(id);
        if (whole !== null && !open) return whole;
        open = whole === null;
        return decoder.decode(this.bytesOf(id), { stream: true });
      },
      flush: () => {
        open = false;
        return decoder.decode();
      },
    };
  }

  /** The text of an id whose bytes are whole characters, as most are; null for others. */
  private wholeText(id: number): string | null {
    const known = this.wholeTexts.get(id);
    if (known !== undefined) return known;
    let text: string | null = null;
    const bytes = this.bytesOf(id);
    try {
      text = strict.decode(bytes);
    } catch {
      // A part of a character.
    }
    this.wholeTexts.set(id, text);
    return text;
  }

  /** The bytes that an id stands for; not to be changed. */
  bytesOf(id: number): Uint8Array {
    const bytes = this.vocabulary.bytes[id];
    if (bytes === undefined) {
      throw new MinchatError('MC_TOKENIZER_INVALID', `expected an id below ${this.vocabSize}, found ${id}`);
    }
    return bytes;
  }

  private encodeCut(text: string, added: Needles | undefined, { into: ids = [] as number[], prefixSpace = this.parts.addPrefixSpace === true } = {}): number[] {
    let first = prefixSpace;
    for (const piece of cut(text, added)) {
      const id = piece.match ? this.idOf(piece.text) : undefined;
      if (id !== undefined) ids.push(id);
      else this.encodeInto(first && !piece.text.startsWith(' ') ? ` ${piece.text}` : piece.text, ids);
      first = false;
    }
    return ids;
  }

  private encodeInto(text: string, ids: number[]): void {
    for (const word of preTokenize(text)) {
      for (const id of this.encodeWord(word)) ids.push(id);
    }
  }

  private encodeWord(word: string): readonly number[] {
    const known = this.cache.get(word);
    if (known !== undefined) return known;
    const { idOfByte, merges } = this.vocabulary;
    const ids = applyMerges(
      Array.from(utf8.encode(word), (byte) => idOfByte[byte] as number),
      merges,
    );
    if (word.length <= cachedLength) {
      if (this.cache.size >= cacheSize) this.cache.clear();
      this.cache.set(word, ids);
    }
    return ids;
  }
}
