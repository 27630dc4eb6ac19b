import type { DemonstrationRecord } from '@minchat/datasets';
import { generate, type Model } from '@minchat/model';
import type { Metrics } from '@minchat/stage';
import type { Tokenizer } from '@minchat/tokenizer';
import { evaluateLm, fitExample, padExamples, scoreExamples, type Example } from '@minchat/training';

/** Prompts answered in one batch. */
const rows = 32;
/** Texts shown to people on the way. */
const shown = 3;

export interface EvaluationOptions {
  readonly model: Model;
  readonly reward: Model | undefined;
  readonly tokenizer: Tokenizer;
  /** The validation split, and the same as token ids. */
  readonly demonstrations: readonly DemonstrationRecord[];
  readonly examples: readonly Example[];
  readonly settings: { evaluationExamples: number; selectionPrompts: number; sampleTokens: number };
  readonly seed: number;
}

/**
 * Loss on validation demonstrations and, with a reward model, its mean score of answers that the
 * model gives to their prompts. The same seed every time: checkpoints differ by their weights only.
 * `score` is what a checkpoint is chosen by: the reward if there is one, else minus the loss.
 */
export async function evaluateSft(options: EvaluationOptions): Promise<{ metrics: Metrics; score: number | undefined; samples: string[] }> {
  const { model, reward, tokenizer, demonstrations, settings, seed } = options;
  const limit = model.shape.context;
  const examples = options.examples.slice(0, settings.evaluationExamples);
  const batches = Array.from({ length: Math.ceil(examples.length / rows) }, (_, index) =>
    padExamples(examples.slice(index * rows, (index + 1) * rows), { pad: tokenizer.endOfText, limit }),
  );
  const lm = await evaluateLm(model, batches);
  const metrics: Record<string, number> = lm ? { eval_loss: lm.loss, eval_mean_token_accuracy: lm.accuracy } : {};
  const count = Math.min(reward ? settings.selectionPrompts : shown, options.examples.length);
  const answered: Example[] = [];
  for (let from = 0; from < count; from += rows) {
    // As in training, a prompt keeps at least half of the context: answers to less of it would say nothing.
    const room = Math.max(Math.floor(limit / 2), limit - settings.sampleTokens);
    const prompts = options.examples.slice(from, Math.min(from + rows, count)).map(({ prompt }) => prompt.slice(-room));
    const answers = await generate(model, prompts, { maxNewTokens: settings.sampleTokens, stopIds: tokenizer.eosIds, seed: seed + from });
    for (const [row, { tokens }] of answers.entries()) answered.push({ prompt: prompts[row] ?? [], answer: tokens });
  }
  const samples = answered.slice(0, shown).map(({ answer }, index) => {
    const question = demonstrations[index]?.messages.at(-1)?.content ?? '';
    return `${question}\n> ${tokenizer.decode(answer, { skipSpecial: true })}`;
  });
  if (!reward || answered.length === 0) return { metrics, score: lm && -lm.loss, samples };
  const fitted = answered.map((example) => fitExample(example, reward.shape.context));
  const rewards = await scoreExamples(reward, fitted);
  const mean = rewards.reduce((sum, value) => sum + value, 0) / rewards.length;
  return { metrics: { ...metrics, eval_reward: mean }, score: mean, samples };
}
