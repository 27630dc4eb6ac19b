import { StopFilter } from './stop-filter.ts';

/** What is told of a token of an answer, when it is asked for. Logarithms are natural, of the probability under the model alone. */
export interface TokenLogprobs {
  logprob: number;
  top: readonly { id: number; logprob: number }[];
}

export interface ToldToken extends TokenLogprobs {
  id: number;
  /** Where its text begins in the answer's. */
  start: number;
}

export type FinishReason = 'stop' | 'length';

/** The next certain part of an answer. */
export interface AnswerPiece {
  text: string;
  /** Tokens whose text is in what was taken so far, each told once; none where their log-probabilities were not given. */
  tokens: ToldToken[];
  finish: FinishReason | undefined;
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
  /** Tokens whose text is not certain yet. */
  readonly #waiting: ToldToken[] = [];
  /** Characters decoded, and characters that are certain. */
  #decoded = 0;
  #certain = 0;
  #count = 0;
  #finish: FinishReason | undefined;
  /** What nobody has taken. */
  #text = '';
  #tokens: ToldToken[] = [];

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#filter = new StopFilter(options.stop);
  }

  /** Tokens generated so far, the end token included. */
  get count(): number {
    return this.#count;
  }

  /** Why the answer is over, once it is. */
  get finish(): FinishReason | undefined {
    return this.#finish;
  }

  /** Whether `take` would give more than the last time. */
  get hasNews(): boolean {
    return this.#text !== '' || this.#tokens.length > 0 || this.#finish !== undefined;
  }

  /** Takes the next token, with its log-probabilities where they are to be told. Not after the answer is over. */
  push(id: number, logprobs?: TokenLogprobs): void {
    this.#count += 1;
    if (this.#options.eosIds.includes(id)) return this.#end('stop');
    if (logprobs !== undefined) this.#waiting.push({ id, start: this.#decoded, ...logprobs });
    if (this.#isStopped(this.#options.decoder.push(id))) this.#finish = 'stop';
    else if (this.#count >= this.#options.maxTokens) this.#end('length');
  }

  /** What has become certain since this was called last. */
  take(): AnswerPiece {
    const piece = { text: this.#text, tokens: this.#tokens, finish: this.#finish };
    this.#text = '';
    this.#tokens = [];
    return piece;
  }

  #end(reason: FinishReason): void {
    if (this.#isStopped(this.#options.decoder.flush())) {
      this.#finish = 'stop';
      return;
    }
    this.#add(this.#filter.flush());
    this.#tokens.push(...this.#waiting.splice(0));
    this.#finish = reason;
  }

  /** Takes decoded text. Whether a stop string is complete with it. */
  #isStopped(decoded: string): boolean {
    this.#decoded += decoded.length;
    const { text, stopped } = this.#filter.push(decoded);
    this.#add(text);
    return stopped;
  }

  /** A token is told as soon as the first of its characters is: one that only holds a part of a character waits for the token that completes it. */
  #add(text: string): void {
    this.#certain += text.length;
    this.#text += text;
    while (this.#waiting[0] !== undefined && this.#waiting[0].start < this.#certain) this.#tokens.push(this.#waiting.shift()!);
  }
}
