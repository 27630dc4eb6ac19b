import { loadRecords, type DemonstrationRecord } from '@minchat/datasets';
import { MinchatError } from '@minchat/errors';
import { AdamW, disposeModel, learningRate, loadModel, saveModel, startBackend, withVocabulary, type Model } from '@minchat/model';
import { defineStage, type StageContext } from '@minchat/stage';
import { loadTokenizer, saveTokenizer, type Tokenizer } from '@minchat/tokenizer';
import {
  batchSchedule,
  chatExample,
  checkSameTokenizer,
  keepBest,
  lmStep,
  modelPart,
  padExamples,
  pretrainingWindows,
  runTraining,
  trainedWindow,
  warnOfCut,
  writeHistory,
  type TokenBatch,
} from '@minchat/training';
import { withChatTokens } from './chat-tokens.ts';
import { evaluateSft } from './evaluate.ts';
import { sftSettings, type SftSettings } from './settings.ts';

/**
 * Step 1, supervised fine-tuning (InstructGPT 3.5 and C.1): cross-entropy on the answers' tokens and
 * their end token, several epochs, residual dropout, a cosine to 10 % of the peak. The epoch that is
 * kept is the one whose answers to validation prompts the reward model scores highest, if the input
 * `reward` is given, else the one with the lowest validation loss.
 *
 * A base model that does not know the chat tokens (GPT-2) gets them. With `pretrainingMix` raw text is
 * trained on beside the demonstrations, as in the paper's model that PPO starts from (C.4).
 *
 * Metrics: loss, mean_token_accuracy, num_tokens, grad_norm, lr; pretraining_loss; eval_loss, eval_mean_token_accuracy
 * and, with a reward model, eval_reward. Those returned are of the last step and of the evaluation of
 * the model that is kept, that after step kept_step.
 */
export const sftStage = defineStage({
  kind: 'sft',
  description: 'Fine-tunes the base model on demonstrations.',
  settings: sftSettings,
  inputs: {
    model: { kind: 'model', description: 'the base model' },
    demonstrations: { kind: 'dataset', description: 'prompts and the answers that labelers wrote' },
    reward: { kind: 'reward-model', optional: true, description: 'chooses the checkpoint' },
    corpus: { kind: 'dataset', optional: true, description: 'raw text, for `pretrainingMix`' },
  },
  outputs: { model: { kind: 'model', description: 'the fine-tuned model' } },
  async run(context) {
    const { settings } = context;
    context.log.info(await startBackend(), 'backend');
    using owned = new DisposableStack();
    const tokenizer = withChatTokens(await loadTokenizer(context.input('model')));
    if (context.hasInput('reward')) await checkSameTokenizer(tokenizer, 'reward', context.input('reward'));
    const model = owned.adopt(withVocabulary(await loadModel(context.input('model'), { head: 'lm' }), tokenizer.vocabSize), disposeModel);
    const reward = context.hasInput('reward') ? owned.adopt(await loadModel(context.input('reward'), { head: 'scalar' }), disposeModel) : undefined;
    const contextLength = model.shape.context;
    const toExample = ({ messages, completion }: DemonstrationRecord) => chatExample(tokenizer, messages, completion, contextLength);
    const examples = (await loadRecords(context.input('demonstrations'), 'demonstrations', 'train')).map(toExample);
    const held = await loadRecords(context.input('demonstrations'), 'demonstrations', 'validation');
    const heldExamples = held.map(toExample);
    if (examples.length === 0) throw new MinchatError('MC_DATA_EMPTY', 'demonstrations: expected records in the train split, found none');
    if (held.length === 0) context.log.warn('demonstrations: expected some in the validation split to choose the weights by, found none: the last are kept');
    warnOfCut(context.log, 'demonstrations', [...examples, ...heldExamples], contextLength);

    const text = await pretrainingText(context, tokenizer, model, Math.min(settings.batchSize, examples.length));
    const batches = batchSchedule({
      lengths: examples.map(({ prompt, answer }) => prompt.length + answer.length),
      batchSize: settings.batchSize,
      seed: context.seed,
    });
    const totalSteps = settings.epochs * batches.stepsPerEpoch;
    const optimizer = new AdamW(model.parameters, { weightDecay: settings.weightDecay, clipNorm: settings.maxGradNorm });
    owned.defer(() => optimizer.dispose());
    const best = owned.use(keepBest(model));
    const result = await runTraining(context, {
      totalSteps,
      warmup: settings.warmupSteps,
      parts: { model: modelPart(model), optimizer, ...best.parts },
      async step(step) {
        const batch = padExamples(batches.at(step).flatMap((index) => examples[index] ?? []), { pad: tokenizer.endOfText, limit: contextLength });
        const lr = learningRate({ kind: 'cosine', peak: settings.learningRate, warmup: settings.warmupSteps, total: totalSteps }, step);
        const beside = text?.(step);
        const { loss, accuracy, gradNorm, besideLoss } = await lmStep({
          model,
          optimizer,
          batch,
          beside,
          learningRate: lr,
          passes: settings.gradientAccumulation,
          dropout: { rate: settings.dropout, seed: `${context.seed}/dropout-${step}` },
        });
        return {
          metrics: { loss, mean_token_accuracy: accuracy, ...(besideLoss !== undefined && { pretraining_loss: besideLoss }), grad_norm: gradNorm, lr },
          tokens: batch.tokenCount + (beside?.tokenCount ?? 0),
        };
      },
      evaluation: {
        every: Math.max(1, Math.floor(batches.stepsPerEpoch / settings.evaluationsPerEpoch)),
        async run(step) {
          const { metrics, score, samples } = await evaluateSft({
            model,
            reward,
            tokenizer,
            demonstrations: held,
            examples: heldExamples,
            settings,
            seed: context.seed,
          });
          // Without a validation split the last weights are the best known.
          best.offer(model, { step, score: score ?? step, metrics });
          return { metrics, samples };
        },
      },
    });
    const folder = context.output('model');
    const kept = best.choose(model, result);
    await saveModel(kept.model, folder, { eos_token_id: tokenizer.eosIds, pad_token_id: tokenizer.endOfText });
    await saveTokenizer(tokenizer, folder);
    await writeHistory(folder, result.history);
    return kept.metrics;
  },
});

/** Windows of pretraining text for each step beside so many demonstrations, where the settings mix some in. */
async function pretrainingText(
  context: StageContext<SftSettings, 'corpus'>,
  tokenizer: Tokenizer,
  model: Model,
  demonstrations: number,
): Promise<((step: number) => TokenBatch) | undefined> {
  const { pretrainingMix } = context.settings;
  if (pretrainingMix === 0) return undefined;
  const rows = Math.max(1, Math.round((demonstrations * pretrainingMix) / (1 - pretrainingMix)));
  return pretrainingWindows(context, tokenizer, { setting: 'pretrainingMix', length: trainedWindow(model), rows });
}
