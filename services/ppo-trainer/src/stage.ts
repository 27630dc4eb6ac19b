import { disposeModel, explainedVariance, fullMask, gae, loadModel, nextBeta, perTokenRewards, saveModel, whiten } from '@minchat/model';
import { defineStage } from '@minchat/stage';
import { jsonPart, modelPart, rewardBiasKey, runTraining } from '@minchat/training';
import { ppoAdam } from './actor.ts';
import { answerValues } from './episodes.ts';
import { experienceMetrics } from './experience.ts';
import { updatePolicy, type PolicyUpdate } from './policy-update.ts';
import { openPtx } from './ptx.ts';
import { ppoSettings } from './settings.ts';
import { mean, secondsSince } from './statistics.ts';
import { OnlineTrainer } from './trainer.ts';
import { checkFirstRatio, policyMetrics } from './update-metrics.ts';
import { normaliseHead, updateValue, type ValueUpdate } from './value-update.ts';

/**
 * Step 3, PPO (InstructGPT 3.5 and appendix C.4; details after lm-human-preferences and "The N+
 * implementation details of RLHF with PPO"). The policy starts from the SFT model, the value network
 * from the reward model (where functions alone pay, from the SFT model), the reference is the frozen SFT model. An episode is a prompt and one
 * answer; every answer token is paid `-beta * (log pi - log pi_sft)`, the last one the score too.
 * One step of the job is one iteration: a batch of rollouts, then the updates on it.
 *
 * With `ptx` and the input `corpus` it is PPO-ptx. The policy that is saved is chosen by `keep`.
 */
export const ppoStage = defineStage({
  kind: 'ppo',
  description: 'Optimises the policy against the reward with PPO.',
  settings: ppoSettings,
  inputs: {
    model: { kind: 'model', description: 'the SFT model' },
    reward: { kind: 'reward-model', optional: true, description: 'the reward model; without one `rewardFunctions` pay' },
    prompts: { kind: 'dataset', description: 'prompts to answer' },
    corpus: { kind: 'dataset', optional: true, description: 'raw text, for PPO-ptx' },
  },
  outputs: {
    policy: { kind: 'model', description: 'the policy' },
    value: { kind: 'value-model', description: 'the value network' },
  },
  async run(context) {
    const { settings, log } = context;
    using resources = new DisposableStack();
    const trainer = resources.use(await OnlineTrainer.open(context));
    const { actor, pass } = trainer;
    // Without a reward model nothing is known of values: the SFT model with a fresh head.
    const valueStart = context.input(trainer.reward.model ? 'reward' : 'model');
    const value = resources.adopt(await loadModel(valueStart, { head: 'value', random: trainer.random.fork('value-head') }), disposeModel);
    const valueOptimizer = ppoAdam(value, settings.maxGradNorm);
    resources.defer(() => valueOptimizer.dispose());
    const ptx = await openPtx(context, trainer.tokenizer, actor.policy);
    const prompts = trainer.schedule(settings.batchSize);
    const common = { gradientAccumulation: settings.gradientAccumulation, pad: pass.pad };
    let beta = settings.kl.beta;
    let updatesDone = 0;

    const result = await runTraining(context, {
      totalSteps: Math.ceil(settings.episodes / settings.batchSize),
      warmup: settings.warmupIterations,
      parts: {
        ...trainer.parts,
        value: modelPart(value),
        valueOptimizer,
        controller: jsonPart(() => ({ beta, updatesDone }), (saved) => ({ beta, updatesDone } = saved)),
      },
      async step(iteration) {
        const normalisation = await trainer.prepare();
        if (normalisation) normaliseHead(value, normalisation);
        const experience = await trainer.collect(prompts.at(iteration), iteration);
        const { episodes, referenceLogProbs, paid: { rewards: scores } } = experience;
        const oldValues = await answerValues(value, episodes, pass);
        const mask = fullMask(oldValues);
        const logProbs = episodes.map((episode) => episode.logProbs);
        const rewards = perTokenRewards({ logProbs, referenceLogProbs, mask, scores, beta });
        const { advantages, returns } = gae({ rewards, values: oldValues, mask, gamma: settings.gamma, lambda: settings.lambda });
        const whitened = whiten(advantages, mask);

        const updateStart = performance.now();
        const lr = trainer.learningRate(settings.learningRate, iteration);
        const valueLr = trainer.learningRate(settings.valueLearningRate ?? settings.learningRate, iteration);
        const policyUpdates: PolicyUpdate[] = [];
        const valueUpdates: ValueUpdate[] = [];
        for (let epoch = 0; epoch < settings.innerEpochs; epoch += 1) {
          for (const rows of trainer.minibatches(episodes.length, settings.minibatchSize, `epoch-${iteration}-${epoch}`)) {
            await trainer.yield();
            const pick = <T>(items: readonly T[]): T[] => rows.map((row) => items[row] as T);
            const minibatch = { episodes: pick(episodes), advantages: pick(whitened), ...(ptx && { ptx: ptx(updatesDone) }) };
            policyUpdates.push(
              await updatePolicy(minibatch, { ...common, ...actor, learningRate: lr, clip: settings.clip, temperature: settings.temperature }),
            );
            valueUpdates.push(
              await updateValue(
                { episodes: pick(episodes), oldValues: pick(oldValues), returns: pick(returns) },
                { ...common, value, optimizer: valueOptimizer, learningRate: valueLr, clip: settings.valueClip, coefficient: settings.valueCoefficient },
              ),
            );
            updatesDone += 1;
          }
        }
        actor.average(iteration);
        checkFirstRatio(log, policyUpdates);

        const metrics: Record<string, number> = {
          ...experienceMetrics(experience, beta),
          ...policyMetrics(policyUpdates),
          'loss/value_avg': mean(valueUpdates.map((update) => update.loss)),
          'val/clipfrac_avg': mean(valueUpdates.map((update) => update.clipFraction)),
          'val/explained_variance': explainedVariance(oldValues, returns, mask),
          'val/grad_norm': mean(valueUpdates.map((update) => update.gradNorm)),
          lr,
          episode: (iteration + 1) * settings.batchSize,
          'time/update_seconds': secondsSince(updateStart),
        };
        beta = nextBeta(settings.kl, beta, metrics['objective/kl'] ?? 0, episodes.length);
        return { metrics, tokens: experience.tokens, stop: trainer.watch(metrics) };
      },
      evaluation: { every: settings.evaluateEvery, run: (step) => trainer.evaluate(step) },
    });

    const metrics = await trainer.savePolicy(context.output('policy'), result);
    // The bias of the reward model is part of the weights now: see normaliseHead.
    await saveModel(value, context.output('value'), { [rewardBiasKey]: 0 });
    await trainer.saveBeside(context.output('value'), result.history);
    return metrics;
  },
});
