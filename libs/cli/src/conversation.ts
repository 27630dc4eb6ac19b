import { randomUUID } from 'node:crypto';
import { rpc, type Bus } from '@minchat/bus';
import { asManyAsFit, type GenerateRequest, type Init, type NamedModel } from '@minchat/contracts';
import { toMinchatError } from '@minchat/errors';
import { colors } from './colors.ts';
import { askForModel, listModels } from './models.ts';
import type { Output } from './output.ts';

export interface Sampling {
  maxTokens?: number | undefined;
  temperature: number;
  seed?: number | undefined;
}

interface Answer {
  text: string;
  finishReason: string;
  promptTokens: number;
  completionTokens: number;
}

export async function answerTo(
  bus: Bus, model: NamedModel, asked: Init<GenerateRequest>, { maxTokens = asManyAsFit, temperature, seed }: Sampling,
  onText: (text: string) => void, signal?: AbortSignal,
): Promise<Answer> {
  const request = {
    ...asked, requestId: randomUUID(), model: model.artifact, maxTokens, temperature, topP: 1, n: 1, seed: seed ?? 0, hasSeed: seed !== undefined,
  };
  const answer: Answer = { text: '', finishReason: '', promptTokens: 0, completionTokens: 0 };
  for await (const chunk of bus.stream(rpc.generate, request, { signal })) {
    answer.text += chunk.text;
    onText(chunk.text);
    if (chunk.finishReason === '') continue;
    answer.finishReason = chunk.finishReason;
    answer.promptTokens = chunk.promptTokens;
    answer.completionTokens = chunk.completionTokens;
  }
  return answer;
}

const help = `  /model [NAME]  change the model, or list what there is
  /new           forget what was said
  /quit          leave (also Ctrl-D)
  Ctrl-C         stop an answer`;

/** A turn, as --json tells it. */
type Turn = { model: string; prompt: string } & (Answer | { error: { code: string; message: string; hint: string } });

/** What is said with a model on the terminal, and which model that is. */
export class Conversation {
  readonly turns: Turn[] = [];
  readonly #bus: Bus;
  readonly #output: Output;
  readonly #sampling: Sampling;
  #model: NamedModel;
  #messages: { role: string; content: string }[] = [];
  #answering: AbortController | undefined;

  constructor(bus: Bus, output: Output, model: NamedModel, sampling: Sampling) {
    this.#bus = bus;
    this.#output = output;
    this.#model = model;
    this.#sampling = sampling;
  }

  /** One line: a command, or what is said to the model. What goes wrong is told, and the conversation goes on. */
  async take(line: string): Promise<void> {
    try {
      if (line.startsWith('/')) await this.#command(line);
      else if (line !== '') await this.#say(line);
    } catch (thrown) {
      const { code, message, hint } = toMinchatError(thrown);
      this.turns.push({ model: this.#model.id, prompt: line, error: { code, message, hint } });
      this.#output.line(`${colors.red(code)}: ${message}\n${hint}`);
    }
  }

  /** Stops the answer that is being given; false where none is. */
  stopAnswer(): boolean {
    this.#answering?.abort();
    return this.#answering !== undefined;
  }

  async #command(line: string): Promise<void> {
    const [name, argument] = line.split(/\s+/, 2);
    if (name === '/help') this.#output.line(help);
    else if (name === '/new') this.#messages = [];
    else if (name === '/model' && argument === undefined) {
      for (const { id } of await listModels(this.#bus)) this.#output.line(`  ${id}${id === this.#model.id ? ' (this one)' : ''}`);
    } else if (name === '/model') {
      this.#model = await askForModel(this.#bus, argument);
      this.#messages = [];
      this.#output.line(`You talk with ${colors.bold(this.#model.id)}.`);
    } else this.#output.line(`There is no ${name}.\n${help}`);
  }

  async #say(content: string): Promise<void> {
    const { signal } = (this.#answering = new AbortController());
    this.#messages.push({ role: 'user', content });
    try {
      const answer = await this.#answerInContext(signal);
      this.#messages.push({ role: 'assistant', content: answer.text });
      this.turns.push({ model: this.#model.id, prompt: content, ...answer });
      this.#output.line(answer.finishReason === 'length' ? colors.dim(' [cut off]') : '');
    } catch (error) {
      // What was not answered was not said.
      this.#messages.pop();
      if (!signal.aborted) throw error;
      this.#output.line();
    } finally {
      this.#answering = undefined;
    }
  }

  /** Forgets the oldest of the conversation, a turn at a time, until the rest fits in the model's context. */
  async #answerInContext(signal: AbortSignal): Promise<Answer> {
    for (;;) {
      try {
        return await answerTo(this.#bus, this.#model, { chat: { messages: this.#messages } }, this.#sampling, (text) => this.#output.text(text), signal);
      } catch (error) {
        if (toMinchatError(error).code !== 'MC_CONTEXT_LENGTH' || this.#messages.length < 3) throw error;
        this.#messages = this.#messages.slice(2);
      }
    }
  }
}
