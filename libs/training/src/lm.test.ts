import * as tf from '@tensorflow/tfjs-core';
import { AdamW, copyWeights, disposeModel, gptConfig, initModel, lmLoss, Random, scores, startBackend } from '@minchat/model';
import { beforeAll, expect, test } from 'vitest';
import { padExamples } from './batch.ts';
import type { Example } from './examples.ts';
import { evaluateLm, lmStep } from './lm.ts';
import { scoreExamples } from './score.ts';
import { batchTensors } from './tensors.ts';

const config = gptConfig({ vocab_size: 50, n_positions: 32, n_embd: 16, n_layer: 2, n_head: 2 });
const examples: Example[] = [
  { prompt: [1, 2, 3], answer: [4, 5, 6, 7] },
  { prompt: [8], answer: [9, 10] },
  { prompt: [11, 12, 13, 14, 15, 16, 17, 18, 19], answer: [20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30] },
];

beforeAll(async () => {
  await startBackend('wasm');
});

test('the loss of a batch does not depend on how it is padded or cut into passes', async () => {
  const model = initModel(config, new Random(1));
  const alone = await Promise.all(examples.map((example) => evaluateLm(model, [padExamples([example], { pad: 0, multiple: 1 })])));
  const tokens = examples.map(({ answer }) => answer.length);
  const expected = alone.reduce((sum, result, index) => sum + (result?.loss ?? NaN) * (tokens[index] ?? 0), 0) / tokens.reduce((a, b) => a + b, 0);
  const batch = padExamples(examples, { pad: 0 });
  expect((await evaluateLm(model, [batch]))?.loss).toBeCloseTo(expected, 5);
  for (const passes of [1, 2, 3]) {
    const optimizer = new AdamW(model.parameters, {});
    const step = await lmStep({ model, optimizer, batch, learningRate: 0, passes, dropout: { rate: 0, seed: '' } });
    expect(step.loss).toBeCloseTo(expected, 5);
    optimizer.dispose();
  }
  disposeModel(model);
});

test('nor does dropout depend on how a batch is cut into passes', async () => {
  const model = initModel(config, new Random(1));
  const batch = padExamples(examples, { pad: 0 });
  const losses: number[] = [];
  for (const passes of [1, 2, 3]) {
    const optimizer = new AdamW(model.parameters, {});
    losses.push((await lmStep({ model, optimizer, batch, learningRate: 0, passes, dropout: { rate: 0.3, seed: 'step' } })).loss);
    optimizer.dispose();
  }
  for (const loss of losses) expect(loss).toBeCloseTo(losses[0] ?? NaN, 5);
  disposeModel(model);
});

test('evaluation agrees with the model’s own loss, and is undefined without data', async () => {
  const model = initModel(config, new Random(2));
  const batch = padExamples(examples, { pad: 0 });
  const { tokens, start, targets, weights } = batchTensors(batch);
  const [loss] = await lmLoss(model, tokens, start, targets, weights).data();
  expect((await evaluateLm(model, [batch]))?.loss).toBeCloseTo(loss ?? NaN, 5);
  expect(await evaluateLm(model, [])).toBeUndefined();
  tf.dispose([tokens, start, targets, weights]);
  disposeModel(model);
});

test('an answer’s score is the head at its last token, whatever it is batched with', async () => {
  const model = initModel(config, new Random(3), 'scalar');
  const rewards = await scoreExamples(model, examples, { batchSize: 2 });
  for (const [index, { prompt, answer }] of examples.entries()) {
    const all = [...prompt, ...answer];
    const own = await scores(model, tf.tensor2d(all, [1, all.length], 'int32'), tf.zeros([1], 'int32')).data();
    expect(rewards[index]).toBeCloseTo(own.at(-1) ?? NaN, 5);
  }
  disposeModel(model);
});

test('copied weights are the same numbers in the target’s own variables', async () => {
  const [from, to] = [initModel(config, new Random(4)), initModel(config, new Random(5))];
  const variables = [...to.parameters.values()];
  copyWeights(from, to);
  expect([...to.parameters.values()]).toEqual(variables);
  for (const [name, variable] of to.parameters) expect(await variable.data()).toEqual(await from.parameters.get(name)?.data());
  disposeModel(from);
  disposeModel(to);
});
