import { Template } from '@huggingface/jinja';
import { MinchatError } from '@minchat/errors';
import { cut, needlesOf, type Needles } from './cut.ts';
import type { TokenizerParts, Vocabulary } from './vocabulary.ts';

/** One turn of a conversation. */
export interface ChatTurn {
  readonly role: string;
  readonly content: string;
}

/** The roles and ends of turns of minchat's own template. */
export const chatTokens = ['<|user|>', '<|assistant|>', '<|system|>', '<|end|>'] as const;

/** minchat's own template: `<|role|>` content `<|end|>` for each turn. */
export const defaultChatTemplate =
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

/** The tokenizer's own template; else minchat's, when the tokenizer has its tokens. */
export function templateOf({ chatTemplate }: TokenizerParts, has: (token: string) => boolean): string | undefined {
  return chatTemplate ?? (chatTokens.every(has) ? defaultChatTemplate : undefined);
}

/**
 * Stands before every template, on a line that leaves nothing. A conversation has the same tokens every day: templates
 * that tell the model what day it is have a date for where there is no clock.
 */
const withoutClock = '{% set strftime_now = undefined %}\n';

/** A piece of a rendered conversation: a special token of the template, or text. */
export interface ChatPiece {
  readonly text: string;
  readonly special: boolean;
}

/**
 * A chat template (Jinja, as Hugging Face's tokenizers have it) for one tokenizer.
 *
 * A template writes special tokens as text, and so could a user. Contents are therefore rendered with
 * a guard character inside everything that could be read as a special token; after the template's own
 * special tokens have been found, the guards are taken out.
 */
export class ChatTemplate {
  private readonly template: Template;
  private readonly parts: TokenizerParts;
  /** Beginnings and ends of special tokens, short of the whole, and how long the longest is. */
  private readonly beginnings: ReadonlySet<string>;
  private readonly ends: ReadonlySet<string>;
  private readonly longest: number;
  private readonly needles: Needles | undefined;

  constructor(source: string, parts: TokenizerParts) {
    try {
      this.template = new Template(withoutClock + source);
    } catch (cause) {
      throw new MinchatError('MC_TOKENIZER_INVALID', `chat_template: ${messageOf(cause)}`, { cause });
    }
    this.parts = parts;
    const specials = parts.added.filter((token) => token.special);
    const halves = specials.flatMap(({ content }) => Array.from({ length: content.length - 1 }, (_, i) => [content.slice(0, i + 1), content.slice(i + 1)] as const));
    this.beginnings = new Set(halves.map(([beginning]) => beginning));
    this.ends = new Set(halves.map(([, end]) => end));
    this.longest = Math.max(0, ...specials.map(({ content }) => content.length));
    this.needles = needlesOf(specials);
  }

  /** By `templateOf`. Throws MC_TOKENIZER_INVALID where there is none. */
  static of(parts: TokenizerParts, { idOf }: Vocabulary): ChatTemplate {
    const source = templateOf(parts, (token) => idOf.has(token));
    if (source === undefined) {
      throw new MinchatError('MC_TOKENIZER_INVALID', 'expected a chat_template, found none', {
        hint: 'This tokenizer belongs to a base model. Give it a chat_template.jinja, or a chat_template in tokenizer_config.json.',
      });
    }
    return new ChatTemplate(source, parts);
  }

  /** Renders a conversation. Throws MC_TOKENIZER_INVALID when the template refuses it. */
  render(messages: readonly ChatTurn[], addGenerationPrompt: boolean): ChatPiece[] {
    const guard = freeCharacter(messages);
    let text: string;
    try {
      text = this.template.render({
        messages: messages.map(({ role, content }) => ({ role, content: this.protect(content, guard) })),
        add_generation_prompt: addGenerationPrompt,
        bos_token: this.parts.bosToken ?? '',
        eos_token: this.parts.eosToken ?? '',
        // As Hugging Face has them where nobody gives any.
        tools: null,
        documents: null,
      });
    } catch (cause) {
      throw new MinchatError('MC_TOKENIZER_INVALID', `the chat template refused the conversation: ${messageOf(cause)}`, { cause });
    }
    const pieces: ChatPiece[] = [];
    for (const piece of cut(text, this.needles)) {
      pieces.push({ text: piece.needle === undefined ? piece.text.replaceAll(guard, '') : piece.text, special: piece.needle !== undefined });
    }
    return pieces;
  }

  /** Puts the guard into special tokens written in a content, and where its edges could complete one. */
  private protect(content: string, guard: string): string {
    let safe = this.needles === undefined ? content : content.replace(this.needles.pattern, (token) => token.charAt(0) + guard + token.slice(1));
    // Templates often trim, so that the edges are those of the trimmed text.
    const start = safe.length - safe.trimStart().length;
    if (this.overlaps((n) => this.ends.has(safe.slice(start, start + n)))) {
      safe = safe.slice(0, start) + guard + safe.slice(start);
    }
    const end = safe.trimEnd().length;
    if (this.overlaps((n) => this.beginnings.has(safe.slice(Math.max(start, end - n), end)))) {
      safe = safe.slice(0, end) + guard + safe.slice(end);
    }
    return safe;
  }

  /** Whether `test` holds for some number of characters that a part of a special token has. */
  private overlaps(test: (length: number) => boolean): boolean {
    for (let length = 1; length < this.longest; length += 1) if (test(length)) return true;
    return false;
  }
}

/** A private-use character that no content has. */
function freeCharacter(messages: readonly ChatTurn[]): string {
  for (let code = 0xe000; code <= 0xf8ff; code += 1) {
    const character = String.fromCharCode(code);
    if (!messages.some((message) => message.content.includes(character))) return character;
  }
  throw new MinchatError('MC_TOKENIZER_INVALID', 'expected a text, found every character of the private-use area in it');
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
