import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gptConfig, initModel, Random, saveModel } from '@minchat/model';
import { saveTokenizer, trainTokenizer } from '@minchat/tokenizer';

export interface TinyModelOptions {
  context?: number;
  seed?: number;
  /** Texts that the tokenizer is trained on, and how many tokens it has. */
  texts?: readonly string[];
  vocabSize?: number;
  layers?: number;
  heads?: number;
  width?: number;
}

/**
 * Writes a tiny model with random weights (and a reward model) as the trainers write theirs: enough
 * to serve, wrong about everything. Needs a started backend.
 */
export async function writeTinyModels(folder: string, options: TinyModelOptions = {}): Promise<{ model: string; reward: string }> {
  const { context = 64, seed = 1, vocabSize = 300, layers = 2, heads = 2, width = 32 } = options;
  const tokenizer = trainTokenizer(options.texts ?? ['the cat sat on the mat', 'what is the capital of France? Paris.', 'one two three four'], { vocabSize });
  const config = gptConfig({ vocab_size: tokenizer.vocabSize, n_positions: context, n_embd: width, n_layer: layers, n_head: heads, initializer_range: 0.2 });
  const random = new Random(seed);
  const paths = { model: join(folder, 'model'), reward: join(folder, 'reward') };
  for (const path of Object.values(paths)) {
    await mkdir(path, { recursive: true });
    await saveTokenizer(tokenizer, path);
  }
  await saveModel(initModel(config, random.fork('lm')), paths.model);
  await saveModel(initModel(config, random.fork('reward'), 'scalar'), paths.reward, { minchat_reward_bias: 0.5 });
  return paths;
}
