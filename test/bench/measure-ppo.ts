import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDataset } from '@minchat/datasets';
import { disposeModel, gptConfig, initModel, parameterCount, Random, saveModel } from '@minchat/model';
import ppoStage from '@minchat/ppo-trainer';
import { saveTokenizer, trainTokenizer } from '@minchat/tokenizer';
import { runStage } from '@minchat/training/testing';
import { seconds } from './clock.ts';
import { forwardFlops, median, type Measurement } from './measure.ts';
import type { BenchOptions } from './options.ts';

/** Iterations of the PPO stage itself on untrained models: rollout, scores, log-probabilities, values, GAE, updates. */
export async function measurePpo(options: BenchOptions): Promise<Measurement> {
  const { layers, heads, width, vocab, batch, prompt, new: fresh, minibatch, epochs, steps } = options;
  const folder = await mkdtemp(join(tmpdir(), 'minchat-bench-'));
  try {
    const [sft, reward, prompts] = ['sft', 'reward', 'prompts'].map((name) => join(folder, name)) as [string, string, string];
    const config = gptConfig({ n_layer: layers, n_head: heads, n_embd: width, n_positions: prompt + fresh, vocab_size: vocab });
    const tokenizer = trainTokenizer(['abcdefgh'], { vocabSize: 264 });
    let parameters = 0;
    for (const [path, head] of [[sft, 'lm'], [reward, 'scalar']] as const) {
      const model = initModel(config, new Random(head), head);
      parameters = parameterCount(model);
      await saveModel(model, path);
      await saveTokenizer(tokenizer, path);
      disposeModel(model);
    }
    // Longer than the room that the answer leaves: every prompt is cut to it.
    const random = new Random(1);
    const text = (): string => Array.from({ length: prompt }, () => 'abcdefgh'[random.int(8)]).join('');
    const rows = Array.from({ length: batch * steps }, (_, index) => ({ id: String(index), messages: [{ role: 'user' as const, content: text() }] }));
    await writeDataset(prompts, 'prompts', { train: rows });
    const times: number[] = [];
    const parts: number[][] = [];
    let last = 0;
    let ratioError = 0;
    const result = await runStage(ppoStage, {
      settings: {
        episodes: batch * steps, batchSize: batch, minibatchSize: minibatch, innerEpochs: epochs, maxNewTokens: fresh, rolloutBatchSize: batch,
        learningRate: 3e-4, warmupIterations: 1, kl: { type: 'fixed', beta: 0.05 }, normaliseOn: 0, ema: 0, evaluationPrompts: 0, keep: 'last',
      },
      inputs: { model: sft, reward, prompts },
      folder,
      onProgress({ metrics }) {
        const now = seconds();
        ratioError = Math.max(ratioError, metrics?.['val/first_ratio_error'] ?? 0);
        if (last > 0) {
          times.push(now - last);
          parts.push(['rollout', 'score', 'update'].map((name) => metrics?.[`time/${name}_seconds`] ?? NaN));
        }
        last = now;
      },
    });
    if (result.error !== undefined) throw result.error instanceof Error ? result.error : new Error('the PPO stage failed');
    const length = prompt + fresh;
    // Behind attention the last layer works for the positions that are read, and the vocabulary is asked at those only.
    const pass = (read: number, words: number): number =>
      length * forwardFlops({ ...options, vocab: 0 }, length / 2) - (length - read) * 2 * 9 * width * width + read * 2 * words * width;
    const [policy, value, score] = [pass(fresh, vocab), pass(fresh, 0), pass(1, 0)];
    const rollout = prompt * forwardFlops(options, prompt / 2) + fresh * forwardFlops(options, prompt + fresh / 2);
    return {
      seconds: median(times),
      tokens: batch * fresh,
      // Beside the rollout: reference, values and scores forward; policy and value network forward and backward.
      flops: batch * (rollout + policy + value + score + 3 * epochs * (policy + value)),
      parameters,
      firstRatioError: ratioError,
      rolloutScoreUpdateSeconds: [0, 1, 2].map((part) => median(parts.map((all) => all[part] ?? NaN))),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
