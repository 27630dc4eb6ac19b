import { defineStage } from '@minchat/stage';
import { lmStep, padExamples, runTraining } from '@minchat/training';
import { bestOfNSettings } from './best-of-n-settings.ts';
import { experienceMetrics } from './experience.ts';
import { mean, secondsSince } from './statistics.ts';
import { OnlineTrainer } from './trainer.ts';

/**
 * Best-of-n, the baseline of InstructGPT's predecessors (Stiennon et al. 2020, arXiv 2009.01325), put
 * into the weights: of n answers that the policy gives to a prompt the reward model's favourite is kept,
 * and the policy is fine-tuned on it (rejection sampling as in Llama 2, arXiv 2307.09288, section 3.2).
 */
export const bestOfNStage = defineStage({
  kind: 'ppo',
  description: 'Fine-tunes the policy on the best of n of its own answers.',
  settings: bestOfNSettings,
  inputs: {
    model: { kind: 'model', description: 'the SFT model' },
    reward: { kind: 'reward-model', description: 'the reward model' },
    prompts: { kind: 'dataset', description: 'prompts to answer' },
  },
  outputs: { policy: { kind: 'model', description: 'the policy' } },
  async run(context) {
    const { settings } = context;
    const { n, batchSize } = settings;
    using trainer = await OnlineTrainer.open(context);
    const { actor, pass } = trainer;
    const prompts = trainer.schedule(batchSize);

    const result = await runTraining(context, {
      totalSteps: Math.ceil(settings.prompts / batchSize),
      warmup: settings.warmupIterations,
      parts: trainer.parts,
      async step(iteration) {
        await trainer.prepare();
        const groups = prompts.at(iteration).flatMap((prompt) => Array.from({ length: n }, () => prompt));
        const experience = await trainer.collect(groups, iteration);
        const best = Array.from({ length: batchSize }, (_, group) => favourite(experience.rewards, group * n, n));
        const updateStart = performance.now();
        const lr = trainer.learningRate(settings.learningRate, iteration);
        const examples = best.map((index) => experience.episodes[index]).filter((episode) => episode !== undefined);
        const { loss, gradNorm } = await lmStep({
          model: actor.policy,
          optimizer: actor.optimizer,
          batch: padExamples(examples, { pad: pass.pad, limit: actor.policy.config.n_positions }),
          learningRate: lr,
          passes: settings.gradientAccumulation,
          dropout: { rate: 0, seed: '' },
        });
        actor.average(iteration);
        const metrics: Record<string, number> = {
          ...experienceMetrics(experience, 0),
          'objective/best_scores': mean(best.map((index) => experience.rewards[index] ?? 0)),
          'loss/policy_avg': loss,
          'policy/grad_norm': gradNorm,
          lr,
          episode: (iteration + 1) * batchSize * n,
          'time/update_seconds': secondsSince(updateStart),
        };
        return { metrics, tokens: experience.tokens, stop: trainer.watch(metrics) };
      },
      evaluation: { every: settings.evaluateEvery, run: (step) => trainer.evaluate(step) },
    });

    return await trainer.savePolicy(context.output('policy'), result);
  },
});
export default bestOfNStage;

/** The index of the highest reward among `count` from `from`; the first of equals. */
function favourite(rewards: readonly number[], from: number, count: number): number {
  let best = from;
  for (let index = from; index < from + count; index += 1) if ((rewards[index] ?? 0) > (rewards[best] ?? 0)) best = index;
  return best;
}
