import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Bus } from '@minchat/bus';
import type { GenerateRequest, Init } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { colors } from '../colors.ts';
import { answerTo, Conversation, type Sampling } from '../conversation.ts';
import { askForModel } from '../models.ts';
import type { Output } from '../output.ts';
import { outputOf, wholeOption, withBus } from './common.ts';

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

/** Talks on the terminal until /quit or the end of the input; `signal` ends it too. */
export async function chat(bus: Bus, output: Output, options: Partial<Sampling> & { model?: string | undefined; signal?: AbortSignal }): Promise<void> {
  const model = await askForModel(bus, options.model);
  const conversation = new Conversation(bus, output, model, { temperature: 0.7, ...options });
  const terminal = createInterface({ input: process.stdin, ...(output.json ? {} : { output: process.stdout, terminal: process.stdin.isTTY }) });
  options.signal?.addEventListener('abort', () => terminal.close(), { once: true });
  // A terminal that was closed cannot be set back to what it was: the loop below ends by that, and not the whole process at once.
  terminal.on('error', () => undefined);
  terminal.on('SIGINT', () => {
    if (!conversation.stopAnswer()) terminal.close();
  });
  output.line(`You talk with ${colors.bold(model.id)}. /help tells what else can be done.`);

  // What is typed or piped in during an answer waits for its turn.
  let open = true;
  terminal.on('close', () => (open = false));
  terminal.setPrompt(colors.cyan('> '));
  terminal.prompt();
  for await (const line of terminal) {
    const text = line.trim();
    if (text === '/quit' || text === '/exit') break;
    await conversation.take(text);
    if (options.signal?.aborted === true) break;
    // Piped input may have ended while lines of it wait.
    if (open) terminal.prompt();
  }
  terminal.close();
  output.result({ turns: conversation.turns });
}
