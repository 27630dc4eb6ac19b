import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from './backends/start.ts';
import { valueAndGrads } from './gradients.ts';
import { embedding } from './ops/embedding.ts';
import { linear } from './ops/linear.ts';
import { tokenNll } from './ops/token-nll.ts';
import { Random } from './random.ts';

describe.each(['cpu', 'wasm'])('%s', (backend) => {
  beforeAll(async () => {
    await startBackend(backend);
  });

  test('gradients that go past the tape are those of the tape', () => {
    const random = new Random(5);
    const draw = (...shape: number[]): tf.Variable => tf.tidy(() => tf.variable(tf.tensor(Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()), shape)));
    // wte is used three times: by an operation of tfjs's own, by the embedding and by the projection tied to it.
    const parameters = new Map([['wte', draw(7, 4)], ['wpe', draw(3, 4)], ['weight', draw(4, 4)], ['bias', draw(4)], ['unused', draw(2)]]);
    const [wte, wpe, weight, bias, unused] = [...parameters.values()] as [tf.Variable, tf.Variable, tf.Variable, tf.Variable, tf.Variable];
    const tokens = tf.tensor2d([[1, 5, 5], [0, 6, 1]], [2, 3], 'int32');
    const start = tf.tensor1d([0, 1], 'int32');
    const loss = (): tf.Scalar => {
      const hidden = linear(embedding(tokens, start, wte, wpe), weight, bias);
      const { nll } = tokenNll(tf.reshape(hidden, [-1, 4]), wte, tf.reshape(tokens, [-1]), 0.8);
      return tf.add(tf.sum(nll), tf.sum(tf.square(wte)));
    };

    const taped = tf.variableGrads(loss, [wte, wpe, weight, bias]);
    const before = tf.memory().numTensors;
    const { value, grads } = valueAndGrads(parameters, loss);
    expect(value.dataSync()[0]).toBeCloseTo(taped.value.dataSync()[0] ?? NaN, 4);
    for (const [name, parameter] of parameters) {
      const expected = parameter === unused ? [0, 0] : Array.from(taped.grads[parameter.name]?.dataSync() ?? []);
      const found = Array.from(grads.get(name)?.dataSync() ?? []);
      expect(found.length, name).toBe(expected.length);
      found.forEach((number, i) => expect(number, name).toBeCloseTo(expected[i] ?? NaN, 4));
    }
    // The loss and a gradient for each parameter, nothing else.
    expect(tf.memory().numTensors - before).toBe(1 + parameters.size);
    tf.dispose([tokens, start, value, [...grads.values()], [...parameters.values()], taped as unknown as tf.TensorContainer]);
  });

  test('a loss that throws leaves no tensors behind', () => {
    const parameter = tf.tidy(() => tf.variable(tf.scalar(1)));
    const before = tf.memory().numTensors;
    expect(() => valueAndGrads(new Map([['parameter', parameter]]), () => { throw new Error('enough'); })).toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
    parameter.dispose();
  });
});
