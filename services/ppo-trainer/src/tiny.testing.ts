import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { writeDataset, type ChatMessage } from '@minchat/datasets';
import { AdamW, disposeModel, gptConfig, initModel, Random, saveModel, startBackend, type Model } from '@minchat/model';
import { saveTokenizer, trainTokenizer, type Tokenizer } from '@minchat/tokenizer';
import { chatExample, lmStep, padExamples } from '@minchat/training';

// A world small enough for a test: answers are strings of the letters a to d, the SFT model draws
// them evenly, the reward model likes the letter a. All weights of the reward model are set by hand.

export interface TinyWorld {
  readonly tokenizer: Tokenizer;
  /** Folders. */
  readonly sft: string;
  readonly reward: string;
  readonly prompts: string;
  readonly corpus: string;
  readonly comparisons: string;
}

const letters = ['a', 'b', 'c', 'd'];
const width = 16;

export async function tinyWorld(context = 48): Promise<TinyWorld> {
  await startBackend('wasm');
  const folder = await mkdtemp(join(tmpdir(), 'minchat-tiny-'));
  const paths = { sft: join(folder, 'sft'), reward: join(folder, 'reward'), prompts: join(folder, 'prompts'), corpus: join(folder, 'corpus'), comparisons: join(folder, 'comparisons') };
  const random = new Random('tiny world');
  const answer = (): string => Array.from({ length: 2 + random.int(5) }, () => letters[random.int(4)]).join('');
  const messages = (): ChatMessage[] => [{ role: 'user', content: answer() }];
  const tokenizer = trainTokenizer(['abcd'], { vocabSize: 261 });

  const prompts = Array.from({ length: 40 }, (_, index) => ({ id: `p${index}`, messages: messages() }));
  await writeDataset(paths.prompts, 'prompts', { train: prompts.slice(0, 32), validation: prompts.slice(32) });
  await writeDataset(paths.corpus, 'text', { train: Array.from({ length: 40 }, () => ({ text: `${answer()} ${answer()}` })) });
  const ranked = ['aaaa', 'abab', 'bcbc'].map((text, rank) => ({ text, rank, finished: true }));
  await writeDataset(paths.comparisons, 'comparisons', {
    train: prompts.slice(0, 32).map((prompt) => ({ ...prompt, answers: ranked })),
    validation: prompts.slice(32).map((prompt) => ({ ...prompt, answers: ranked })),
  });

  const config = gptConfig({ vocab_size: tokenizer.vocabSize, n_positions: context, n_embd: width, n_layer: 1, n_head: 2 });
  const sft = initModel(config, random.fork('sft'));
  await teach(sft, tokenizer, () => chatExample(tokenizer, messages(), answer(), context));
  const reward = letterReward(initModel(config, random.fork('reward'), 'scalar'), tokenizer, 'a');
  for (const [model, path] of [[sft, paths.sft], [reward, paths.reward]] as const) {
    await saveModel(model, path);
    await saveTokenizer(tokenizer, path);
    disposeModel(model);
  }
  return { tokenizer, ...paths };
}

async function teach(model: Model, tokenizer: Tokenizer, example: () => ReturnType<typeof chatExample>): Promise<void> {
  const optimizer = new AdamW(model.parameters);
  for (let step = 0; step < 120; step += 1) {
    const batch = padExamples(Array.from({ length: 16 }, example), { pad: tokenizer.endOfText, limit: model.shape.context });
    await lmStep({ model, optimizer, batch, learningRate: 0.02, passes: 1, dropout: { rate: 0, seed: '' } });
  }
  optimizer.dispose();
}

/**
 * A reward that grows with the share of a letter among all tokens read: the letter's embedding points
 * along channel 0, all others' along channel 1; attention averages evenly over the tokens; the head
 * reads channel 0.
 */
function letterReward(model: Model, tokenizer: Tokenizer, letter: string): Model {
  const set = (name: string, value: (row: number, column: number) => number): void => {
    const variable = model.parameters.get(name);
    if (!variable) throw new Error(`no parameter ${name}`);
    const [rows = 1, columns = 1] = variable.rank === 1 ? [1, variable.shape[0]] : variable.shape;
    const values = Float32Array.from({ length: rows * columns }, (_, index) => value(Math.floor(index / columns), index % columns));
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  };
  const [liked] = tokenizer.encode(letter);
  for (const name of model.parameters.keys()) if (!/ln_/.test(name)) set(name, () => 0);
  set('transformer.wte.weight', (token, channel) => Number(channel === (token === liked ? 0 : 1)));
  set('transformer.h.0.attn.c_attn.weight', (row, column) => Number(column === 2 * width + row));
  set('transformer.h.0.attn.c_proj.weight', (row, column) => Number(row === column));
  set('score.weight', (_, channel) => Number(channel === 0));
  return model;
}
