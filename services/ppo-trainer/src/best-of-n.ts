import { defineStage, type Metrics } from '@minchat/stage';
import { lmStep, padExamples, runTraining } from '@minchat/training';
import { bestOfNSettings } from './best-of-n-settings.ts';
import type { Episode } from './episodes.ts';
import { experienceMetrics, type Experience } from './experience.ts';
import { mean, secondsSince } from './statistics.ts';
import { OnlineTrainer } from './trainer.ts';

/**
 * Best-of-n, the baseline of InstructGPT's predecessors (Stiennon et al. 2020, arXiv 2009.01325), put
 * into the weights: of n answers that the policy gives to a prompt the reward model's favourite is kept,
 * and the policy is fine-tuned on it (rejection sampling as in Llama 2, arXiv 2307.09288, section 3.2). Only answers that
 * ended are kept: cut ones, which the EOS trick pays a fixed reward, would teach it to go on without end.
 */
export const bestOfNStage = defineStage({
  kind: 'ppo',
  description: 'Fine-tunes the policy on the best of n of its own answers.',
  settings: bestOfNSettings,
  inputs: {
    model: { kind: 'model', description: 'the SFT model' },
    reward: { kind: 'reward-model', optional: true, description: 'the reward model; without one `rewardFunctions` pay' },
    prompts: { kind: 'dataset', description: 'prompts to answer' },
  },
  outputs: { policy: { kind: 'model', description: 'the policy' } },
  async run(context) {
    const { settings } = context;
    const { n, batchSize } = settings;
    using trainer = await OnlineTrainer.open(context);
    const { actor, pass } = trainer;
    const prompts = trainer.schedule(batchSize);
    let warned = false;
    /** One optimizer step on the answers kept; its metrics. */
    const fineTune = async (best: readonly Scored[], lr: number): Promise<Metrics> => {
      const { loss, gradNorm } = await lmStep({
        model: actor.policy,
        optimizer: actor.optimizer,
        batch: padExamples(best.map(({ episode }) => episode), { pad: pass.pad, limit: actor.policy.shape.context }),
        learningRate: lr,
        passes: settings.gradientAccumulation,
        dropout: { rate: 0, seed: '' },
      });
      return { 'objective/best_scores': mean(best.map(({ reward }) => reward)), 'loss/policy_avg': loss, 'policy/grad_norm': gradNorm };
    };

    const result = await runTraining(context, {
      totalSteps: Math.ceil(settings.prompts / batchSize),
      warmup: settings.warmupIterations,
      parts: trainer.parts,
      async step(iteration) {
        await trainer.prepare();
        const groups = prompts.at(iteration).flatMap((prompt) => Array.from({ length: n }, () => prompt));
        const experience = await trainer.collect(groups, iteration);
        const best = favourites(experience, n, { cut: settings.unfinishedReward === null, tied: trainer.reward.model !== undefined });
        if (best.length === 0 && !warned) {
          warned = true;
          const wanted = trainer.reward.model ? '' : ', some of a prompt paid more than others';
          context.log.warn({ iteration }, `expected answers that end within maxNewTokens ${settings.maxNewTokens}${wanted}, found none in iteration ${iteration + 1}: nothing is learned from it`);
        }
        const updateStart = performance.now();
        const lr = trainer.learningRate(settings.learningRate, iteration);
        const metrics: Record<string, number> = {
          ...experienceMetrics(experience, 0),
          'objective/best_answers': best.length,
          ...(best.length > 0 && (await fineTune(best, lr))),
          lr,
          episode: (iteration + 1) * batchSize * n,
          'time/update_seconds': secondsSince(updateStart),
        };
        actor.average(iteration);
        return { metrics, tokens: experience.tokens, stop: trainer.watch(metrics) };
      },
      evaluation: { every: settings.evaluateEvery, run: (step) => trainer.evaluate(step) },
    });

    return await trainer.savePolicy(context.output('policy'), result);
  },
});
export default bestOfNStage;

interface Scored {
  readonly episode: Episode;
  readonly reward: number;
}

/**
 * The answer with the highest reward of every n, the first of equals. An answer that did not end is no example, whatever
 * it is paid, unless `cut` says so: a prompt that has no other gives none. Without `tied` one whose answers are all paid
 * alike gives none either: a program pays the same for whatever is wrong, and nothing where it has nothing to say.
 */
export function favourites({ episodes, paid: { rewards } }: Pick<Experience, 'episodes' | 'paid'>, n: number, { cut, tied }: { cut: boolean; tied: boolean }): Scored[] {
  const answers = episodes.map((episode, index): Scored => ({ episode, reward: rewards[index] ?? Number.NaN }));
  const groups = Array.from({ length: answers.length / n }, (_, group) => answers.slice(group * n, (group + 1) * n));
  return groups.filter(([first, ...others]) => tied || others.some(({ reward }) => reward !== first?.reward)).flatMap((group) => {
    const [first, ...others] = group.filter(({ episode }) => cut || episode.finished);
    return first === undefined ? [] : [others.reduce((best, one) => (one.reward > best.reward ? one : best), first)];
  });
}
