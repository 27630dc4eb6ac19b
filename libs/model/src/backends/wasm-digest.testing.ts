// Prints a digest of a training step and some generated tokens on wasm; large enough for the threads to
// share the work. The number of threads comes from MINCHAT_THREADS.
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { AdamW } from '../adamw.ts';
import { gptConfig } from '../architectures/config.ts';
import { leftPad } from '../forward.ts';
import { generate } from '../generate/generate.ts';
import { valueAndGrads } from '../gradients.ts';
import { lmLoss } from '../losses.ts';
import { initModel } from '../model.ts';
import { Random } from '../random.ts';
import { startBackend } from './start.ts';

await startBackend('wasm');
const hash = createHash('sha256');
const model = initModel(gptConfig({ vocab_size: 203, n_positions: 64, n_embd: 96, n_layer: 2, n_head: 3 }), new Random(1));
const random = new Random(2);
const rows = Array.from({ length: 5 }, (_, row) => Array.from({ length: 63 - 7 * row }, () => random.int(203)));
const { tokens, start } = leftPad(rows);
const optimizer = new AdamW(model.parameters);
for (let step = 0; step < 2; step++) {
  const { grads } = valueAndGrads(model.parameters, () => lmLoss(model, tokens, start, tokens, tf.ones(tokens.shape)));
  await optimizer.step(grads, 1e-3);
  for (const grad of grads.values()) hash.update(new Uint8Array((await grad.data()).buffer));
}
const answers = await generate(model, rows.map((row) => row.slice(0, 20)), { maxNewTokens: 12, temperature: 1, seed: 1 });
hash.update(JSON.stringify(answers));
process.stdout.write(`${hash.digest('hex')}\n`);
