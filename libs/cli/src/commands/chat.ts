import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { rpc, type Bus } from '@minchat/bus';
import { asManyAsFit, type GenerateRequest, type Init, type NamedModel } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { colors } from '../colors.ts';
import { askForModel, listModels } from '../models.ts';
import type { Output } from '../output.ts';
import { outputOf, wholeOption, withBus } from './common.ts';

interface Sampling {
  maxTokens?: number | undefined;
  temperature: number;
  seed?: number | undefined;
}

const numberOption = (name: string) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) throw new MinchatError('MC_USAGE', `--${name}: expected a number of at least 0, found "${text}"`);
  return value;
};

export function addChat(program: Command): void {
  const sampling = (command: Command) =>
    command
      .option('--max-tokens <n>', 'longest answer; as long as the context has room for unless told', wholeOption('max-tokens', 1))
      .option('--temperature <t>', '0 always takes the likeliest token', numberOption('temperature'), 0.7)
      .option('--seed <n>', 'the same seed gives the same answer', wholeOption('seed', 0));
  sampling(program.command('chat'))
    .argument('[model]', 'RUN/STAGE, RUN (its furthest model) or latest, as in the API; latest unless told')
    .description('Talk with a model.')
    .action(async (name: string | undefined, options: Sampling, command: Command) => {
      await withBus((bus) => chat(bus, outputOf(command), { model: name, ...options }));
    });
  sampling(program.command('generate'))
    .argument('<prompt>')
    .description('Let a model answer one prompt.')
    .option('--model <name>', 'RUN/STAGE, RUN (its furthest model) or latest, as in the API; latest unless told')
    .option('--raw', 'go on with the text as it stands, instead of answering it')
    .action(async (prompt: string, options: Sampling & { model?: string; raw?: boolean }, command: Command) => {
      const output = outputOf(command);
      await withBus(async (bus) => {
        const model = await askForModel(bus, options.model);
        const asked: Init<GenerateRequest> = options.raw === true ? { text: prompt } : { chat: { messages: [{ role: 'user', content: prompt }] } };
        const answer = await answerTo(bus, model, asked, options, (text) => output.text(text));
        output.line();
        output.result({ model: model.id, ...answer });
      });
    });
}

interface Answer {
  text: string;
  finishReason: string;
  promptTokens: number;
  completionTokens: number;
}

async function answerTo(
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

/** Talks on the terminal until /quit or the end of the input; `signal` ends it too. */
export async function chat(bus: Bus, output: Output, options: Partial<Sampling> & { model?: string | undefined; signal?: AbortSignal }): Promise<void> {
  const sampling = { temperature: 0.7, ...options };
  let model = await askForModel(bus, options.model);
  let messages: { role: string; content: string }[] = [];
  const turns: Turn[] = [];
  const terminal = createInterface({ input: process.stdin, ...(output.json ? {} : { output: process.stdout, terminal: process.stdin.isTTY }) });
  options.signal?.addEventListener('abort', () => terminal.close(), { once: true });
  // A terminal that was closed cannot be set back to what it was: the loop below ends by that, and not the whole process at once.
  terminal.on('error', () => undefined);
  let answering: AbortController | undefined;
  terminal.on('SIGINT', () => {
    if (answering) answering.abort();
    else terminal.close();
  });
  output.line(`You talk with ${colors.bold(model.id)}. /help tells what else can be done.`);

  const command = async (line: string): Promise<void> => {
    const [name, argument] = line.split(/\s+/, 2);
    if (name === '/help') output.line(help);
    else if (name === '/new') messages = [];
    else if (name === '/model' && argument === undefined) {
      for (const { id: known } of await listModels(bus)) output.line(`  ${known}${known === model.id ? ' (this one)' : ''}`);
    } else if (name === '/model') {
      model = await askForModel(bus, argument);
      messages = [];
      output.line(`You talk with ${colors.bold(model.id)}.`);
    } else output.line(`There is no ${name}.\n${help}`);
  };

  /** Forgets the oldest of the conversation, a turn at a time, until the rest fits in the model's context. */
  const answerInContext = async (signal: AbortSignal): Promise<Answer> => {
    for (;;) {
      try {
        return await answerTo(bus, model, { chat: { messages } }, sampling, (text) => output.text(text), signal);
      } catch (error) {
        if (toMinchatError(error).code !== 'MC_CONTEXT_LENGTH' || messages.length < 3) throw error;
        messages = messages.slice(2);
      }
    }
  };

  const say = async (content: string): Promise<void> => {
    const { signal } = (answering = new AbortController());
    messages.push({ role: 'user', content });
    try {
      const answer = await answerInContext(signal);
      messages.push({ role: 'assistant', content: answer.text });
      turns.push({ model: model.id, prompt: content, ...answer });
      output.line(answer.finishReason === 'length' ? colors.dim(' [cut off]') : '');
    } catch (error) {
      // What was not answered was not said.
      messages.pop();
      if (!signal.aborted) throw error;
      output.line();
    } finally {
      answering = undefined;
    }
  };

  // What is typed or piped in during an answer waits for its turn.
  let open = true;
  terminal.on('close', () => (open = false));
  terminal.setPrompt(colors.cyan('> '));
  terminal.prompt();
  for await (const line of terminal) {
    const text = line.trim();
    if (text === '/quit' || text === '/exit') break;
    try {
      if (text.startsWith('/')) await command(text);
      else if (text !== '') await say(text);
    } catch (thrown) {
      const { code, message, hint } = toMinchatError(thrown);
      turns.push({ model: model.id, prompt: text, error: { code, message, hint } });
      output.line(`${colors.red(code)}: ${message}\n${hint}`);
    }
    if (options.signal?.aborted === true) break;
    // Piped input may have ended while lines of it wait.
    if (open) terminal.prompt();
  }
  terminal.close();
  output.result({ turns });
}
