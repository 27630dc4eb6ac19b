import { StopFilter } from './stop-filter.ts';

/** One token of an answer as the model gave it. */
export interface SampledToken {
  id: number;
  /** Natural logarithm of the probability under the model alone; only when asked for. */
  logprob?: number;
  top?: readonly { id: number; logprob: number }[];
}

export type FinishReason = 'stop' | 'length' | 'cancelled';

/** The next certain part of an answer. */
export interface AnswerPiece {
  text: string;
  /** Tokens whose text is in what was sent so far, each told once. */
  tokens: SampledToken[];
  finish?: FinishReason;
}

export interface AnswerOptions {
  /** Turns ids into text as soon as whole characters are there. */
  decoder: { push(id: number): string; flush(): string };
  stop: readonly string[];
  /** Ids that end the answer; their text is never sent. */
  eosIds: readonly number[];
  maxTokens: number;
}

/**
 * Follows one answer token by token: what may be sent now, and when it is over. A pure state
 * machine; the engine feeds it, and what it says does not depend on any other request.
 */
export class AnswerTracker {
  readonly #options: AnswerOptions;
  readonly #filter: StopFilter;
  readonly #waiting: { token: SampledToken; start: number }[] = [];
  #decoded = 0;
  #sent = 0;
  #count = 0;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#filter = new StopFilter(options.stop);
  }

  /** Tokens generated so far, the end token included. */
  get count(): number {
    return this.#count;
  }

  push(token: SampledToken): AnswerPiece {
    this.#count += 1;
    if (this.#options.eosIds.includes(token.id)) return this.#end('stop');
    this.#waiting.push({ token, start: this.#decoded });
    const piece = this.#options.decoder.push(token.id);
    this.#decoded += piece.length;
    const { text, stopped } = this.#filter.push(piece);
    if (stopped) return this.#emit(text, 'stop');
    if (this.#count >= this.#options.maxTokens) return this.#end('length', text);
    return this.#emit(text);
  }

  /** Ends the answer from outside. */
  cancel(): AnswerPiece {
    return this.#emit('', 'cancelled');
  }

  #end(finish: FinishReason, before = ''): AnswerPiece {
    const rest = this.#options.decoder.flush();
    const { text, stopped } = this.#filter.push(rest);
    if (stopped) return this.#emit(before + text, 'stop');
    return this.#emit(before + text + this.#filter.flush(), finish, true);
  }

  #emit(text: string, finish?: FinishReason, all = false): AnswerPiece {
    this.#sent += text.length;
    const tokens: SampledToken[] = [];
    // A token is told as soon as the first of its characters is: one that only holds a part of a
    // character waits for the token that completes it.
    while (this.#waiting[0] !== undefined && (all || this.#waiting[0].start < this.#sent)) {
      tokens.push(this.#waiting.shift()!.token);
    }
    return { text, tokens, ...(finish === undefined ? {} : { finish }) };
  }
}
