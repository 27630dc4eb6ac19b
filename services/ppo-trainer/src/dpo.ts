import * as tf from '@tensorflow/tfjs-core';
import {
  AdamW,
  cloneModel,
  disposeModel,
  dpoLoss,
  dpoLossTensor,
  GradientAccumulator,
  learningRate,
  loadModel,
  saveModel,
  startBackend,
  tokenLosses,
  valueAndGrads,
  type DpoLoss,
  type Model,
} from '@minchat/model';
import { MinchatError } from '@minchat/errors';
import { defineStage } from '@minchat/stage';
import { loadTokenizer } from '@minchat/tokenizer';
import { batchSchedule, batchTensors, copyTokenizer, keepBest, modelPart, padExamples, runTraining, warnOfCut, writeHistory, type BatchTensors } from '@minchat/training';
import { stepWith } from './actor.ts';
import { dpoSettings } from './dpo-settings.ts';
import { loadPairs, type PreferencePair } from './pairs.ts';
import { mean } from './statistics.ts';

/**
 * Step 3 without rollouts or reward model: direct preference optimisation on the pairs of the rankings
 * (Rafailov et al. 2023, arXiv 2305.18290). Metrics as TRL's: loss, rewards/chosen, rewards/rejected,
 * rewards/accuracies, rewards/margins, logps/chosen, logps/rejected; eval_... on the validation split.
 */
export const dpoStage = defineStage({
  kind: 'ppo',
  description: 'Optimises the policy on ranked pairs with DPO.',
  settings: dpoSettings,
  inputs: {
    model: { kind: 'model', description: 'the SFT model' },
    comparisons: { kind: 'dataset', description: 'ranked answers' },
  },
  outputs: { policy: { kind: 'model', description: 'the policy' } },
  async run(context) {
    const { settings, log } = context;
    log.info(await startBackend(), 'backend');
    const folder = context.input('model');
    const tokenizer = await loadTokenizer(folder);
    using resources = new DisposableStack();
    const policy = resources.adopt(await loadModel(folder, { head: 'lm' }), disposeModel);
    const reference = resources.adopt(cloneModel(policy), disposeModel);
    const limit = policy.shape.context;
    const pairs = await loadPairs(context.input('comparisons'), 'train', tokenizer, limit);
    if (pairs.length === 0) throw new MinchatError('MC_DATA_EMPTY', 'comparisons: expected pairs in the train split, found none but ties');
    const validation = (await loadPairs(context.input('comparisons'), 'validation', tokenizer, limit)).slice(0, settings.evaluationPairs);
    if (validation.length === 0) log.warn('comparisons: expected pairs in the validation split to choose the weights by, found none: the last are kept');
    warnOfCut(log, 'ranked answers', new Set([...pairs, ...validation].flatMap(({ chosen, rejected }) => [chosen, rejected])), limit);
    const optimizer = new AdamW(policy.parameters, { clipNorm: settings.maxGradNorm });
    resources.defer(() => optimizer.dispose());
    const best = resources.use(keepBest(policy));
    const rows = Math.ceil(settings.batchSize / settings.gradientAccumulation);
    const options = { beta: settings.beta, pad: tokenizer.endOfText, rows };
    const schedule = batchSchedule({ lengths: pairs.map(size), batchSize: settings.batchSize, seed: context.seed });

    const result = await runTraining(context, {
      totalSteps: settings.epochs * schedule.stepsPerEpoch,
      warmup: settings.warmupSteps,
      parts: { policy: modelPart(policy), optimizer, ...best.parts },
      async step(step) {
        const batch = schedule.at(step).map((index) => pairs[index] as PreferencePair);
        const accumulator = new GradientAccumulator();
        const log = await forwardPairs({ policy, reference, pairs: batch, ...options, accumulator });
        const lr = learningRate({ kind: 'constant', peak: settings.learningRate, warmup: settings.warmupSteps }, step);
        const gradNorm = await stepWith(optimizer, accumulator.take(), lr);
        return { metrics: { ...dpoMetrics(log, settings.beta), grad_norm: gradNorm, lr }, tokens: batch.reduce((sum, pair) => sum + size(pair), 0) };
      },
      evaluation: {
        every: settings.evaluateEvery,
        async run(step) {
          if (validation.length === 0) return { metrics: {} };
          const found = dpoMetrics(await forwardPairs({ policy, reference, pairs: validation, ...options }), settings.beta);
          const metrics = Object.fromEntries(Object.entries(found).map(([name, value]) => [`eval_${name}`, value]));
          best.offer(policy, { step, score: -found.loss, metrics });
          return { metrics };
        },
      },
    });

    const kept = best.choose(policy, result);
    await saveModel(kept.model, context.output('policy'));
    await copyTokenizer(folder, context.output('policy'));
    await writeHistory(context.output('policy'), result.history);
    return kept.metrics;
  },
});
export default dpoStage;

function size({ chosen, rejected }: PreferencePair): number {
  return chosen.prompt.length + chosen.answer.length + rejected.prompt.length + rejected.answer.length;
}

/** Log-probabilities of whole answers, by pair. */
interface PairLogProbs {
  chosen: number[];
  rejected: number[];
  referenceChosen: number[];
  referenceRejected: number[];
}

interface ForwardOptions {
  readonly policy: Model;
  readonly reference: Model;
  readonly pairs: readonly PreferencePair[];
  readonly beta: number;
  readonly pad: number;
  /** Pairs in one pass. */
  readonly rows: number;
  /** Given, the gradient of the mean loss over all pairs is added to it. */
  readonly accumulator?: GradientAccumulator;
}

async function forwardPairs({ policy, reference, pairs, beta, pad, rows, accumulator }: ForwardOptions): Promise<PairLogProbs> {
  const result: PairLogProbs = { chosen: [], rejected: [], referenceChosen: [], referenceRejected: [] };
  for (let at = 0; at < pairs.length; at += rows) {
    const chunk = pairs.slice(at, at + rows);
    const examples = [...chunk.map(({ chosen }) => chosen), ...chunk.map(({ rejected }) => rejected)];
    const batch = batchTensors(padExamples(examples, { pad, limit: policy.shape.context }));
    const [referenceChosen, referenceRejected] = tf.tidy(() => halves(answerLogProbs(reference, batch)));
    let own: { chosen: tf.Tensor1D; rejected: tf.Tensor1D };
    if (accumulator) {
      const pass = valueAndGrads(policy.parameters, () => {
        const [chosen, rejected] = halves(answerLogProbs(policy, batch));
        return { loss: dpoLossTensor({ chosen, rejected, referenceChosen, referenceRejected, beta, pairs: pairs.length }), aux: { chosen, rejected } };
      });
      accumulator.add(pass.grads);
      pass.value.dispose();
      own = pass.aux;
    } else {
      const [chosen, rejected] = tf.tidy(() => halves(answerLogProbs(policy, batch)));
      own = { chosen, rejected };
    }
    for (const [name, tensor] of Object.entries({ ...own, referenceChosen, referenceRejected })) {
      result[name as keyof PairLogProbs].push(...(await tensor.data()));
    }
    tf.dispose([batch, own, referenceChosen, referenceRejected]);
  }
  return result;
}

/** log pi of each row's answer, (B), differentiable. */
function answerLogProbs(model: Model, { tokens, start, targets, weights }: BatchTensors): tf.Tensor1D {
  return tf.neg(tf.sum(tf.mul(tokenLosses(model, tokens, start, targets).nll, weights), 1));
}

function halves(tensor: tf.Tensor1D): [tf.Tensor1D, tf.Tensor1D] {
  const half = tensor.shape[0] / 2;
  return [tf.slice1d(tensor, 0, half), tf.slice1d(tensor, half, half)];
}

function dpoMetrics(logProbs: PairLogProbs, beta: number): { loss: number; [name: string]: number } {
  const { loss, rewardsChosen, rewardsRejected }: DpoLoss = dpoLoss({ ...logProbs, beta });
  const margins = rewardsChosen.map((reward, index) => reward - (rewardsRejected[index] ?? 0));
  return {
    loss,
    'rewards/chosen': mean(rewardsChosen),
    'rewards/rejected': mean(rewardsRejected),
    'rewards/accuracies': mean(margins.map((margin) => Number(margin > 0))),
    'rewards/margins': mean(margins),
    'logps/chosen': mean(logProbs.chosen),
    'logps/rejected': mean(logProbs.rejected),
  };
}
