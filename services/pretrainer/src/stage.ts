import { MinchatError } from '@minchat/errors';
import { AdamW, disposeModel, generate, learningRate, Random, saveModel, startBackend, type Model } from '@minchat/model';
import { defineStage, type StageContext } from '@minchat/stage';
import { saveTokenizer, type Tokenizer } from '@minchat/tokenizer';
import { evaluateLm, firstWindows, lmStep, modelPart, runTraining, tokenStream, windowBatch, windowLengthKey, windowSchedule, writeHistory, type TrainingResult } from '@minchat/training';
import { startingModel, type Start } from './start.ts';
import { pretrainSettings, type PretrainSettings } from './settings.ts';

type Context = StageContext<PretrainSettings, 'corpus' | 'demonstrations' | 'model', 'model'>;

/**
 * Step 0, the base model: a byte-level BPE tokenizer and a decoder (GPT-2 or Llama) trained on raw text by next-token
 * cross-entropy. Texts are packed into one stream, `<|endoftext|>` before each (and the
 * tokenizer's BOS, where it has one), and cut into windows;
 * every epoch cuts at another place and in another order.
 *
 * With `init` (or the input `model`) it goes on from a folder of Hugging Face and keeps that
 * folder's tokenizer; `steps: 0` only takes it in. Demonstrations are not trained on: they show the
 * tokenizer what chats look like.
 *
 * Metrics: loss, mean_token_accuracy, grad_norm, lr, num_tokens; eval_loss and eval_perplexity on the
 * validation split.
 */
export const pretrainStage = defineStage({
  kind: 'pretrain',
  description: 'Trains a tokenizer and a base model on raw text.',
  settings: pretrainSettings,
  inputs: {
    corpus: { kind: 'dataset', description: 'raw text' },
    demonstrations: { kind: 'dataset', optional: true, description: 'chats, for the tokenizer only' },
    model: { kind: 'model', optional: true, description: 'a model to go on from' },
  },
  outputs: { model: { kind: 'model', description: 'the base model' } },
  async run(context) {
    const { settings } = context;
    const backend = await startBackend();
    context.log.info(backend, 'backend');
    using owned = new DisposableStack();
    const init = context.hasInput('model') ? context.input('model') : settings.init;
    const start = await startingModel({
      settings,
      init,
      corpus: context.input('corpus'),
      demonstrations: context.hasInput('demonstrations') ? context.input('demonstrations') : undefined,
      random: new Random(context.seed),
      log: context.log,
    });
    const { tokenizer, model } = start;
    owned.adopt(model, disposeModel);
    const length = Math.min(settings.windowLength ?? model.shape.context, model.shape.context);
    const trained = settings.steps > 0;
    if (!trained && init === undefined) context.log.warn('steps: expected at least 1, or a model to take as it is (init), found 0: the model that is made knows nothing');
    const { history, metrics } = trained ? await train(context, start, length) : { history: [], metrics: {} };
    const folder = context.output('model');
    await saveModel(model, folder, trained ? { [windowLengthKey]: length } : {});
    await saveTokenizer(tokenizer, folder);
    await writeHistory(folder, history);
    return metrics;
  },
});

/** Trains the model, in place, on windows of so many tokens of the corpus. */
async function train(context: Context, { model, tokenizer, digest }: Start, length: number): Promise<TrainingResult> {
  const { settings } = context;
  const stream = await tokenStream(context.input('corpus'), 'train', tokenizer);
  const validation = await tokenStream(context.input('corpus'), 'validation', tokenizer);
  if (stream.length < 2) throw new MinchatError('MC_DATA_EMPTY', 'corpus: expected text in the train split, found none');
  const held = firstWindows(validation, { length, most: settings.evaluationWindows, batchSize: settings.batchSize });
  const windows = windowSchedule({ tokens: stream.length, length, batchSize: settings.batchSize, seed: context.seed });
  using owned = new DisposableStack();
  const optimizer = new AdamW(model.parameters, { weightDecay: settings.weightDecay, clipNorm: settings.maxGradNorm });
  owned.defer(() => optimizer.dispose());
  return await runTraining(context, {
    totalSteps: settings.steps,
    warmup: settings.warmupSteps,
    parts: { model: modelPart(model), optimizer },
    startsFrom: digest,
    async step(step) {
      const lr = learningRate({ kind: 'cosine', peak: settings.learningRate, warmup: settings.warmupSteps, total: settings.steps }, step);
      const { loss, accuracy, gradNorm } = await lmStep({
        model,
        optimizer,
        batch: windowBatch(stream, windows.at(step), length),
        learningRate: lr,
        passes: settings.gradientAccumulation,
        dropout: { rate: settings.dropout, seed: `${context.seed}/dropout-${step}` },
      });
      return { metrics: { loss, mean_token_accuracy: accuracy, grad_norm: gradNorm, lr }, tokens: settings.batchSize * length };
    },
    evaluation: {
      every: settings.evaluateEvery,
      async run(step) {
        const evaluated = await evaluateLm(model, held);
        const metrics = evaluated ? { eval_loss: evaluated.loss, eval_perplexity: Math.exp(evaluated.loss) } : {};
        return { metrics, samples: await samples(model, tokenizer, settings, step) };
      },
    },
  });
}

async function samples(
  model: Model,
  tokenizer: Tokenizer,
  settings: { samplePrompts: readonly string[]; sampleTokens: number },
  step: number,
): Promise<string[]> {
  if (settings.samplePrompts.length === 0) return [];
  const prompts = settings.samplePrompts.map((prompt) => [...tokenizer.startOfText, ...tokenizer.encode(prompt)].slice(1 - model.shape.context));
  const texts = await generate(model, prompts, {
    maxNewTokens: settings.sampleTokens,
    temperature: 0.8,
    stopIds: tokenizer.eosIds,
    seed: step,
  });
  return texts.map(({ tokens }, row) => {
    const prompt = settings.samplePrompts[row] ?? '';
    return prompt + tokenizer.decode(tokens, { skipSpecial: true, goesOn: prompt !== '' });
  });
}
