import { grpoAdvantages, nextBeta, rlooAdvantages } from '@minchat/model';
import { MinchatError } from '@minchat/errors';
import { defineStage } from '@minchat/stage';
import { jsonPart, runTraining } from '@minchat/training';
import { experienceMetrics } from './experience.ts';
import { updatePolicy, type PolicyUpdate } from './policy-update.ts';
import { openPtx } from './ptx.ts';
import { rlooSettings } from './rloo-settings.ts';
import { secondsSince } from './statistics.ts';
import { OnlineTrainer } from './trainer.ts';
import { checkFirstRatio, policyMetrics } from './update-metrics.ts';

/**
 * Step 3 without a value network: several answers per prompt, each judged against the others of its
 * group. RLOO (Ahmadian et al. 2024, arXiv 2402.14740): the KL to the SFT model is part of an
 * answer's reward, the baseline is the mean of the other answers. GRPO (Shao et al. 2024, arXiv
 * 2402.03300): the group's mean and standard deviation, and the KL as a term of the loss. All tokens
 * of an answer share its advantage. Either loss is the mean over all tokens of a minibatch, as PPO's;
 * that paper's is first a mean over each answer's, by which the tokens of long ones count less.
 */
export const rlooStage = defineStage({
  kind: 'ppo',
  description: 'Optimises the policy against the reward with RLOO or GRPO.',
  settings: rlooSettings,
  inputs: {
    model: { kind: 'model', description: 'the SFT model' },
    reward: { kind: 'reward-model', optional: true, description: 'the reward model; without one `rewardFunctions` pay' },
    prompts: { kind: 'dataset', description: 'prompts to answer' },
    corpus: { kind: 'dataset', optional: true, description: 'raw text, for the pretraining loss of `ptx`' },
  },
  outputs: { policy: { kind: 'model', description: 'the policy' } },
  async run(context) {
    const { settings, log } = context;
    const { groupSize, batchSize, baseline } = settings;
    if (batchSize % groupSize !== 0) {
      throw new MinchatError('MC_STAGE_SETTINGS', `batchSize: expected a multiple of groupSize ${groupSize}, found ${batchSize}`);
    }
    using trainer = await OnlineTrainer.open(context);
    const { actor, pass } = trainer;
    const ptx = await openPtx(context, trainer.tokenizer, actor.policy);
    const prompts = trainer.schedule(batchSize / groupSize);
    let beta = settings.kl.beta;
    let updatesDone = 0;

    const result = await runTraining(context, {
      totalSteps: Math.ceil(settings.episodes / batchSize),
      warmup: settings.warmupIterations,
      parts: {
        ...trainer.parts,
        controller: jsonPart(() => ({ beta, updatesDone }), (saved) => ({ beta, updatesDone } = saved)),
      },
      async step(iteration) {
        await trainer.prepare();
        const groups = prompts.at(iteration).flatMap((prompt) => Array.from({ length: groupSize }, () => prompt));
        const experience = await trainer.collect(groups, iteration);
        const { episodes, paid: { rewards }, kl, referenceLogProbs } = experience;
        const returns = baseline === 'rloo' ? rewards.map((reward, index) => reward - beta * (kl[index] ?? 0)) : rewards;
        const byAnswer = baseline === 'rloo' ? rlooAdvantages(returns, groupSize) : grpoAdvantages(returns, groupSize);
        const advantages = episodes.map(({ answer }, index) => answer.map(() => byAnswer[index] ?? 0));

        const updateStart = performance.now();
        const lr = trainer.learningRate(settings.learningRate, iteration);
        const updates: PolicyUpdate[] = [];
        for (let epoch = 0; epoch < settings.innerEpochs; epoch += 1) {
          for (const rows of trainer.minibatches(episodes.length, settings.minibatchSize, `epoch-${iteration}-${epoch}`)) {
            await trainer.yield();
            const pick = <T>(items: readonly T[]): T[] => rows.map((row) => items[row] as T);
            const klInLoss = { referenceLogProbs: pick(referenceLogProbs), coefficient: beta };
            const minibatch = {
              episodes: pick(episodes),
              advantages: pick(advantages),
              ...(baseline === 'grpo' && { klInLoss }),
              ...(ptx && { ptx: ptx(updatesDone) }),
            };
            updates.push(
              await updatePolicy(minibatch, {
                ...actor,
                learningRate: lr,
                clip: settings.clip,
                temperature: settings.temperature,
                gradientAccumulation: settings.gradientAccumulation,
                pad: pass.pad,
              }),
            );
            updatesDone += 1;
          }
        }
        actor.average(iteration);
        checkFirstRatio(log, updates);
        const metrics: Record<string, number> = {
          ...experienceMetrics(experience, beta),
          ...policyMetrics(updates),
          lr,
          episode: (iteration + 1) * batchSize,
          'time/update_seconds': secondsSince(updateStart),
        };
        beta = nextBeta(settings.kl, beta, metrics['objective/kl'] ?? 0, episodes.length);
        return { metrics, tokens: experience.tokens, stop: trainer.watch(metrics) };
      },
      evaluation: { every: settings.evaluateEvery, run: (step) => trainer.evaluate(step) },
    });

    return await trainer.savePolicy(context.output('policy'), result);
  },
});
export default rlooStage;
