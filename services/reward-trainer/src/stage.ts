import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadRecords, readDatasetInfo } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import { AdamW, disposeModel, learningRate, loadModel, Random, saveModel, startBackend } from '@minchat/model';
import { defineStage } from '@minchat/stage';
import { loadTokenizer } from '@minchat/tokenizer';
import {
  batchSchedule,
  chatExample,
  copyTokenizer,
  modelPart,
  rankingMetrics,
  rewardBiasKey,
  runTraining,
  scoreExamples,
  warnOfCut,
  writeHistory,
} from '@minchat/training';
import { comparisonLength, encodeComparisons } from './comparisons.ts';
import { evaluateReward } from './evaluate.ts';
import { rewardSettings } from './settings.ts';
import { rewardStep } from './step.ts';

/**
 * Step 2, the reward model (InstructGPT 3.5 and C.2): the SFT model with a scalar head in place of
 * its unembedding, read at the answer's last token. All C(K,2) pairs of a prompt's K ranked answers
 * are one batch element; ties give no pair. One epoch, a cosine to 10 % of the peak.
 *
 * At the end a bias is set so that the labelers' demonstrations score 0 on average. It is written to
 * config.json as `minchat_reward_bias`: a reward is the head's output plus the bias.
 *
 * Metrics: loss, accuracy, margin, mean_reward, min_reward, max_reward, kendall_tau, grad_norm, lr,
 * num_tokens; the same with `eval_` on the validation split, with eval_accuracy_k<K>,
 * eval_calibration_error and, where the comparisons carry them, eval_noise_ceiling,
 * eval_accuracy_of_ceiling and eval_labeler_agreement. `calibration.json` beside the weights has
 * predicted against observed preference.
 */
export const rewardStage = defineStage({
  kind: 'reward',
  description: 'Learns a reward model from rankings.',
  settings: rewardSettings,
  inputs: {
    model: { kind: 'model', description: 'the SFT model' },
    comparisons: { kind: 'dataset', description: 'ranked answers' },
    demonstrations: { kind: 'dataset', description: 'answers that shall score 0 on average' },
  },
  outputs: { reward: { kind: 'reward-model', description: 'the reward model' } },
  async run(context) {
    const { settings } = context;
    context.log.info(await startBackend(), 'backend');
    using owned = new DisposableStack();
    const folders = { model: context.input('model'), comparisons: context.input('comparisons'), demonstrations: context.input('demonstrations') };
    const tokenizer = await loadTokenizer(folders.model);
    const model = owned.adopt(await loadModel(folders.model, { head: 'scalar', random: new Random(context.seed).fork('head') }), disposeModel);
    const contextLength = model.shape.context;
    const { metrics: figures } = await readDatasetInfo(folders.comparisons, 'comparisons');
    const train = encodeComparisons(await loadRecords(folders.comparisons, 'comparisons', 'train'), tokenizer, contextLength);
    const held = encodeComparisons(await loadRecords(folders.comparisons, 'comparisons', 'validation'), tokenizer, contextLength);
    if (train.length === 0) {
      throw new MinchatError('MC_DATA_EMPTY', 'comparisons: expected rankings with a preference in the train split, found none');
    }
    if (held.length === 0) context.log.warn('comparisons: expected rankings with a preference in the validation split, found none: nothing tells how right this reward model is');
    warnOfCut(context.log, 'ranked answers', [...train, ...held].flatMap(({ answers }) => answers), contextLength);

    const batches = batchSchedule({ lengths: train.map(comparisonLength), batchSize: settings.batchSize, seed: context.seed });
    const totalSteps = settings.epochs * batches.stepsPerEpoch;
    const optimizer = new AdamW(model.parameters, { weightDecay: settings.weightDecay, clipNorm: settings.maxGradNorm });
    owned.defer(() => optimizer.dispose());
    const result = await runTraining(context, {
      totalSteps,
      warmup: settings.warmupSteps,
      parts: { model: modelPart(model), optimizer },
      async step(step) {
        const lr = learningRate({ kind: 'cosine', peak: settings.learningRate, warmup: settings.warmupSteps, total: totalSteps }, step);
        const { loss, gradNorm, ranked, tokens } = await rewardStep({
          model,
          optimizer,
          comparisons: batches.at(step).flatMap((index) => train[index] ?? []),
          learningRate: lr,
          passes: settings.gradientAccumulation,
          dropout: { rate: settings.dropout, seed: `${context.seed}/dropout-${step}` },
        });
        return { metrics: { loss, ...rankingMetrics(ranked), grad_norm: gradNorm, lr }, tokens };
      },
      evaluation: {
        every: settings.evaluateEvery,
        run: async () => evaluateReward(model, held.slice(0, settings.evaluationPrompts), figures),
      },
    });

    const demonstrations = (await loadRecords(folders.demonstrations, 'demonstrations', 'train')).slice(0, settings.biasDemonstrations);
    const examples = demonstrations.map(({ messages, completion }) => chatExample(tokenizer, messages, completion, contextLength));
    const scores = await scoreExamples(model, examples);
    const bias = scores.length === 0 ? 0 : -scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const folder = context.output('reward');
    const { metrics: final, calibration } = await evaluateReward(model, held, figures);
    await saveModel(model, folder, { [rewardBiasKey]: bias, pad_token_id: tokenizer.endOfText });
    await copyTokenizer(folders.model, folder);
    await writeFile(join(folder, 'calibration.json'), `${JSON.stringify(calibration, null, 2)}\n`);
    await writeHistory(folder, result.history);
    return { ...result.metrics, ...final };
  },
});
