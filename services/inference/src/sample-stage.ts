import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { loadRecords, writeDataset, type AnswersRecord, type PromptRecord, type Split } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import { disposeModel, generate, loadModel, Random, startBackend, type Model } from '@minchat/model';
import { defineStage, type Metrics, type StageContext } from '@minchat/stage';
import { loadTokenizer, type Tokenizer } from '@minchat/tokenizer';
import { encodePrompts } from '@minchat/training';
import { z } from 'zod';

export const sampleSettings = z.strictObject({
  answersPerPrompt: z.int().min(1).max(64).default(4).describe('K answers to each prompt.'),
  maxNewTokens: z.int().min(1).default(64).describe('Longest answer, in tokens.'),
  temperature: z.number().min(0).max(2).default(1).describe('1 samples from the model as it is; 0 takes the most probable token.'),
  topP: z.number().gt(0).max(1).default(1).describe('Samples from the most probable tokens only that together have this probability.'),
  batch: z.int().min(1).max(1024).default(32).describe('Answers generated together.'),
  splits: z.array(z.enum(['train', 'validation', 'test'])).min(1).default(['train', 'validation']).describe('Whose prompts are answered.'),
  maxPrompts: z.int().min(1).optional().describe('Answer only so many prompts of each split, the first ones.'),
});
export type SampleSettings = z.output<typeof sampleSettings>;

type Context = StageContext<SampleSettings, 'model' | 'prompts', 'answers'>;

/** A prompt with its place in the dataset, and as token ids. */
interface Task {
  split: Split;
  record: PromptRecord;
  ids: number[];
  /** Counted over all splits; names the random stream. */
  index: number;
}

/** What a checkpoint remembers beside the answers written so far. */
interface State { batches: number; tokens: number; finished: number; answers: number }

const answersFile = 'answers.jsonl';
const stateFile = 'state.json';

/** The stage `sample`: K answers of a model to every prompt, for labelers to rank. */
export const sampleStage = defineStage({
  kind: 'sample',
  description: 'Samples several answers to every prompt.',
  settings: sampleSettings,
  inputs: {
    model: { kind: 'model', description: 'the model that answers, usually the SFT model' },
    prompts: { kind: 'dataset', description: 'the prompts' },
  },
  outputs: { answers: { kind: 'dataset', description: 'the prompts with their answers' } },
  run,
});

async function run(context: Context): Promise<Metrics> {
  await startBackend();
  const model = await loadModel(context.input('model'), { head: 'lm' });
  try {
    const tokenizer = await loadTokenizer(context.input('model'));
    return await sample(context, model, tokenizer);
  } finally {
    disposeModel(model);
  }
}

async function sample(context: Context, model: Model, tokenizer: Tokenizer): Promise<Metrics> {
  const { settings, signal } = context;
  const tasks = await loadTasks(context, tokenizer, model.shape.context);
  const batches = batchTasks(tasks, Math.max(1, Math.floor(settings.batch / settings.answersPerPrompt)));
  const path = join(context.output('answers'), answersFile);
  const state = await restore(context, path);
  let saved = state.batches;
  const save = async (): Promise<void> => {
    if (saved === state.batches) return;
    await context.checkpoint.save(state.batches, async (folder) => {
      await copyFile(path, join(folder, answersFile));
      await writeFile(join(folder, stateFile), JSON.stringify(state));
    });
    saved = state.batches;
  };
  while (state.batches < batches.length) {
    // Lets messages in: the signal is set by one.
    await setImmediate();
    const started = performance.now();
    const { answers, tokens } = await answer(context, model, tokenizer, batches[state.batches] ?? []).catch(async (error: unknown) => {
      // A batch that was broken off is done again from its beginning.
      if (signal.aborted && signal.reason !== 'lease-lost') await save();
      throw error;
    });
    await appendFile(path, answers.map((row) => `${JSON.stringify(row)}\n`).join(''));
    state.batches += 1;
    state.tokens += tokens;
    for (const { record } of answers) {
      state.answers += record.answers.length;
      state.finished += record.answers.filter((one) => one.finished).length;
    }
    context.progress({
      step: state.batches,
      totalSteps: batches.length,
      tokens: state.tokens,
      metrics: { ...metricsOf(state), 'perf/tokens_per_second': (tokens * 1000) / (performance.now() - started) },
      samples: answers.slice(0, 1).map(({ record }) => `${record.messages.at(-1)?.content ?? ''}\n> ${record.answers[0]?.text ?? ''}`),
    });
    if (state.batches < batches.length && context.checkpoint.due()) await save();
  }
  await publish(context, path, tasks);
  return metricsOf(state);
}

function metricsOf(state: State): Metrics {
  return {
    answers: state.answers,
    num_tokens: state.tokens,
    'response/length_mean': state.answers === 0 ? 0 : state.tokens / state.answers,
    'response/truncated_rate': state.answers === 0 ? 0 : 1 - state.finished / state.answers,
  };
}

async function loadTasks(context: Context, tokenizer: Tokenizer, limit: number): Promise<Task[]> {
  const { splits, maxPrompts, maxNewTokens } = context.settings;
  const asked: { split: Split; record: PromptRecord }[] = [];
  for (const split of new Set(splits)) {
    const records = await loadRecords(context.input('prompts'), 'prompts', split);
    for (const record of records.slice(0, maxPrompts)) asked.push({ split, record });
  }
  if (asked.length === 0) {
    throw new MinchatError('MC_DATA_EMPTY', `expected prompts in the splits ${splits.join(' and ')}, found none`);
  }
  const encoded = encodePrompts(tokenizer, asked.map(({ record }) => record), { context: limit, maxNewTokens, log: context.log });
  return asked.map((one, index) => ({ ...one, ids: encoded[index] ?? [], index }));
}

/**
 * Batches of prompts of like length, so that little is padded. The same for every attempt: a batch
 * is the unit that is done again after a stop, and gives the same answers bit for bit.
 */
function batchTasks(tasks: readonly Task[], size: number): Task[][] {
  const sorted = tasks.toSorted((a, b) => a.ids.length - b.ids.length || a.index - b.index);
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, index) => sorted.slice(index * size, (index + 1) * size));
}

interface Row { index: number; record: AnswersRecord }

async function answer(context: Context, model: Model, tokenizer: Tokenizer, batch: readonly Task[]): Promise<{ answers: Row[]; tokens: number }> {
  const { answersPerPrompt: k, maxNewTokens, temperature, topP } = context.settings;
  const random = new Random(context.seed).fork('sample');
  context.signal.throwIfAborted();
  const rows = batch.flatMap((task) => Array.from({ length: k }, (_, number) => ({ task, seed: random.fork(task.index).fork(number).bits() })));
  const generations = await generate(model, rows.map(({ task }) => task.ids), {
    maxNewTokens,
    temperature,
    topP,
    stopIds: tokenizer.eosIds,
    seed: rows.map(({ seed }) => seed),
    signal: context.signal,
  });
  const tokens = generations.reduce((sum, generation) => sum + generation.tokens.length, 0);
  const answers = batch.map((task, place): Row => ({
    index: task.index,
    record: {
      ...task.record,
      answers: generations.slice(place * k, (place + 1) * k).map(({ tokens: answer }) => ({
        text: tokenizer.decode(answer, { skipSpecial: true }),
        finished: tokenizer.isFinished(answer),
      })),
    },
  }));
  return { answers, tokens };
}

async function restore(context: Context, path: string): Promise<State> {
  const checkpoint = await context.checkpoint.restore();
  if (checkpoint === undefined) {
    await writeFile(path, '');
    return { batches: 0, tokens: 0, finished: 0, answers: 0 };
  }
  await copyFile(join(checkpoint.folder, answersFile), path);
  return JSON.parse(await readFile(join(checkpoint.folder, stateFile), 'utf8')) as State;
}

/** Writes the dataset in the order of the prompts, and removes the working file. */
async function publish(context: Context, path: string, tasks: readonly Task[]): Promise<void> {
  const rows = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Row);
  const byIndex = new Map(rows.map((row) => [row.index, row.record]));
  const records: Partial<Record<Split, AnswersRecord[]>> = {};
  for (const task of tasks) {
    const record = byIndex.get(task.index);
    if (record !== undefined) (records[task.split] ??= []).push(record);
  }
  await rm(path);
  await writeDataset(context.output('answers'), 'answers', records, `${String(context.settings.answersPerPrompt)} answers to each of ${String(tasks.length)} prompts`);
}
