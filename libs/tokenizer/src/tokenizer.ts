import { MinchatError } from '@minchat/errors';
import { ChatTemplate, type ChatTurn } from './chat-template.ts';
import { cut, needlesOf, type Needles } from './cut.ts';
import { TokenTexts, type StreamDecoder, type TokenBytes } from './decode.ts';
import { mostShortened, normalizing, type Normalizing } from './normalize.ts';
import { gpt2Pipeline, idsBefore } from './pipeline.ts';
import { wordsOf, type Start, type Words } from './pre-tokenize.ts';
import { buildVocabulary, type AddedToken, type TokenizerParts, type Vocabulary } from './vocabulary.ts';
import { WordEncoder } from './word-encoder.ts';

/** Special tokens that end texts in models of several families, where a tokenizer's eos_token may be what ends a turn. */
const endsOfText = ['<|endoftext|>', '<|end_of_text|>', '</s>'];

/** BPE on bytes, as GPT-2 has it, or on characters, with the special tokens and the template of a chat model. */
export class Tokenizer {
  /** What it was made of, for saving. */
  readonly parts: TokenizerParts;
  /** One more than the highest id: the rows of the embedding. */
  readonly vocabSize: number;
  /** `<|endoftext|>`, or what other models end a text with; it pads, too. */
  readonly endOfText: number;
  /** What a text of its own begins with, as the tokenizer's post-processor says: a BOS; nothing for most models. */
  readonly bos: readonly number[];
  /** What the model knows a text to begin with: its BOS, or the end of the text before. */
  readonly startOfText: readonly number[];
  /** What stands before each text in a stream of them. */
  readonly separator: readonly number[];
  /** Ends an assistant's turn: what the chat template writes there; without one `<|end|>`, or what is named as eos_token. */
  readonly endOfTurn: number;
  /** Generation stops at any of these; the end of a turn comes first. */
  readonly eosIds: readonly number[];
  /** Bytes of the longest token: no text has fewer tokens than this goes into its bytes. */
  readonly longestToken: number;

  private readonly vocabulary: Vocabulary;
  private readonly specialIds: ReadonlySet<number>;
  private readonly addedIds: ReadonlySet<number>;
  private readonly allAdded: AddedNeedles;
  private readonly plainAdded: AddedNeedles;
  private readonly normalize: Normalizing | undefined;
  private readonly words: Words;
  private readonly wordEncoder: WordEncoder;
  private readonly texts: TokenTexts;
  private template: ChatTemplate | undefined;

  /** Throws MC_TOKENIZER_INVALID when the parts do not fit together. */
  constructor(parts: TokenizerParts) {
    this.parts = parts;
    this.vocabulary = buildVocabulary(parts);
    this.vocabSize = this.vocabulary.size;
    const pipeline = parts.pipeline ?? gpt2Pipeline();
    this.normalize = normalizing(pipeline.normalizer);
    this.words = wordsOf(pipeline.pre_tokenizer);
    this.wordEncoder = new WordEncoder({ vocab: parts.vocab, merges: this.vocabulary.merges, model: pipeline.model, spellsBytes: this.words.spellsBytes });
    const longest = this.vocabulary.tokens.reduce((most, { bytes }) => Math.max(most, bytes.length), 1);
    this.longestToken = longest * (this.normalize === undefined ? 1 : mostShortened);
    this.texts = new TokenTexts((id) => this.tokenAt(id), pipeline.decoder);
    this.addedIds = new Set(parts.added.map((token) => token.id));
    const special = parts.added.filter((token) => token.special);
    this.specialIds = new Set(special.map((token) => token.id));
    this.allAdded = addedNeedles(parts.added, this.normalize);
    this.plainAdded = addedNeedles(parts.added.filter((token) => !token.special), this.normalize);

    const eos = parts.eosToken === undefined ? undefined : this.idOf(parts.eosToken);
    const endOfText = endsOfText.map((token) => this.idOf(token)).find((id) => id !== undefined && this.isSpecial(id)) ?? eos;
    if (endOfText === undefined) {
      throw new MinchatError('MC_TOKENIZER_INVALID', `expected one of the special tokens ${endsOfText.join(', ')} or an eos_token, found none`);
    }
    this.endOfText = endOfText;
    this.bos = idsBefore(pipeline.post_processor);
    for (const id of this.bos) this.tokenAt(id);
    this.startOfText = this.bos.length > 0 ? this.bos : [endOfText];
    this.separator = this.startOfText.includes(endOfText) ? this.startOfText : [endOfText, ...this.startOfText];
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
   * Ids of a text. `behind` is the id before it, where it goes on from others: behind text the space that some tokenizers
   * put before a text is not put. What looks like a special token is ordinary text: a user cannot forge a turn.
   */
  encode(text: string, { behind }: { behind?: number | undefined } = {}): number[] {
    return this.encodeCut(text, this.plainAdded, { start: behind === undefined ? 'first' : this.addedIds.has(behind) ? 'anew' : 'goes on' });
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
    let start: Start = 'first';
    for (const piece of this.template.render(messages, options.addGenerationPrompt)) {
      const special = piece.special ? this.idOf(piece.text) : undefined;
      if (special === undefined) this.encodeCut(piece.text, this.plainAdded, { into: ids, start });
      else ids.push(special);
      start = 'anew';
    }
    return ids;
  }

  /** Text of ids; bytes that are no character become U+FFFD. Throws MC_TOKENIZER_INVALID for an id beyond the last. */
  decode(ids: Iterable<number>, { skipSpecial = false, goesOn = false } = {}): string {
    const decoder = this.streamDecoder({ goesOn });
    let text = '';
    for (const id of ids) {
      if (!skipSpecial || !this.isSpecial(id)) text += decoder.push(id);
    }
    return text + decoder.flush();
  }

  /** `goesOn`: the text goes on from other text, and keeps the space that it begins with. */
  streamDecoder({ goesOn = false } = {}): StreamDecoder {
    return this.texts.stream(goesOn);
  }

  /** The bytes that an id stands for; not to be changed. */
  bytesOf(id: number): Uint8Array {
    return this.tokenAt(id).bytes;
  }

  private tokenAt(id: number): TokenBytes {
    const token = this.vocabulary.tokens[id];
    if (token === undefined) {
      throw new MinchatError('MC_TOKENIZER_INVALID', `expected an id below ${this.vocabSize}, found ${id}`);
    }
    return token;
  }

  /** Added tokens are found first in the text as it is, then in what the normalizer makes of the rest of it. */
  private encodeCut(text: string, added: AddedNeedles, { into: ids = [] as number[], start = 'first' as Start } = {}): number[] {
    let at = start;
    // Half a surrogate pair is no character: it reads as U+FFFD, as it would in UTF-8.
    for (const raw of cut(text.toWellFormed(), added.raw)) {
      if (raw.needle !== undefined) ids.push(raw.needle.id);
      else {
        for (const { text: piece, needle } of cut(this.normalize?.(raw.text, at) ?? raw.text, added.normalized)) {
          if (needle !== undefined) ids.push(needle.id);
          else for (const word of this.words.of(piece, at)) this.wordEncoder.encode(word, ids);
          at = 'anew';
        }
      }
      at = 'anew';
    }
    return ids;
  }
}

/** Added tokens as they stand in a text, and those that the normalizer changes with it. */
interface AddedNeedles {
  readonly raw: Needles<AddedToken> | undefined;
  readonly normalized: Needles<AddedToken> | undefined;
}

function addedNeedles(added: readonly AddedToken[], normalize: Normalizing | undefined): AddedNeedles {
  return {
    raw: needlesOf(added.filter(({ normalized }) => normalized !== true)),
    normalized: needlesOf(added.filter(({ normalized }) => normalized === true), ({ content }) => normalize?.(content, 'first') ?? content),
  };
}
