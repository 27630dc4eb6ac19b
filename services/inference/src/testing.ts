import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gptConfig, initModel, Random, saveModel } from '@minchat/model';
import { saveTokenizer, trainTokenizer } from '@minchat/tokenizer';

/**
 * Writes a tiny model with random weights (and a reward model) as the trainers write theirs: enough
 * to serve, wrong about everything. Needs a started backend.
 */
export async function writeTinyModels(folder: string, options: { context?: number; seed?: number } = {}): Promise<{ model: string; reward: string }> {
  const tokenizer = trainTokenizer(['the cat sat on the mat', 'what is the capital of France? Paris.', 'one two three four'], { vocabSize: 300 });
  const config = gptConfig({ vocab_size: tokenizer.vocabSize, n_positions: options.context ?? 64, n_embd: 32, n_layer: 2, n_head: 2, initializer_range: 0.2 });
  const random = new Random(options.seed ?? 1);
  const paths = { model: join(folder, 'model'), reward: join(folder, 'reward') };
  for (const path of Object.values(paths)) {
    await mkdir(path, { recursive: true });
    await saveTokenizer(tokenizer, path);
  }
  await saveModel(initModel(config, random.fork('lm')), paths.model);
  await saveModel(initModel(config, random.fork('reward'), 'scalar'), paths.reward, { minchat_reward_bias: 0.5 });
  return paths;
}
