// What the figures of a run mean: for docs/metrics.md, `minchat status --explain`, and the studio, which has no need of
// the rest of this package.

export interface MetricSection {
  title: string;
  /** The kinds of stages that tell them; none stands for all. */
  kinds: readonly string[];
  /** What the page says before the table, in Markdown. */
  about?: string;
  /** By name; capitals and dots in one stand for what differs. */
  metrics: Readonly<Record<string, string>>;
}

const noiseCeiling = 'Accuracy of the simulated labelers’ own rubric against their noisy rankings: no reward model can be much better';
const calibrationError = 'How far σ(difference of scores) is from how often labelers agree, mean over pairs, in 8 bins';

export const metricSections: readonly MetricSection[] = [
  {
    title: 'Every training',
    kinds: [],
    metrics: {
      'lr': 'Learning rate',
      'grad_norm': 'Norm of the gradient before it is clipped',
      'num_tokens': 'Tokens since the stage began, padding not counted',
      'kept_step': 'The step after which the model that is kept was evaluated; its evaluation is the one that is told',
      'perf/tokens_per_second': 'How fast it went: of the machine, and not in training.json, which is the same wherever a run is repeated',
      'time/..._seconds': 'Seconds that this part of a step took: of the machine, and not in training.json',
    },
  },
  {
    title: 'pretrain and sft',
    kinds: ['pretrain', 'sft'],
    metrics: {
      'loss': 'Mean cross-entropy of a trained token, in nats, over the step’s batch; of sft only answers are trained on',
      'mean_token_accuracy': 'Share of the trained tokens that the model held for the most probable',
      'eval_loss': 'Mean cross-entropy of a trained token, in nats, on the validation split, without dropout',
      'eval_mean_token_accuracy': 'Share of the tokens of the validation split that the model held for the most probable',
      'pretraining_loss': 'Mean cross-entropy, in nats, of the text that pretrainingMix of sft adds to a step; loss is that of the answers alone',
      'eval_perplexity': 'e to the power of eval_loss: among so many tokens it chooses as if by chance',
      'eval_reward': 'Mean score that the reward model gives to sampled answers, where sft has one',
    },
  },
  {
    title: 'reward',
    kinds: ['reward'],
    metrics: {
      'loss': '−log σ(r_better − r_worse), first the mean over a prompt’s pairs, then over prompts; ties are no pairs',
      'accuracy': 'Share of all pairs in which the better answer scores higher',
      'margin': 'Mean of r_better − r_worse over all pairs',
      'mean_reward': 'Mean score, before the bias, which is set at the end so that demonstrations score 0 on average',
      'min_reward': 'Lowest score, before the bias',
      'max_reward': 'Highest score, before the bias',
      'kendall_tau': 'Kendall’s tau-b of scores and ranks, mean over rankings: 1 is the same order, 0 no relation',
      'eval_accuracy_kK': 'Accuracy on rankings of so many answers, on the validation split',
      'eval_calibration_error': calibrationError,
      'eval_noise_ceiling': noiseCeiling,
      'eval_accuracy_of_ceiling': 'eval_accuracy as a share of eval_noise_ceiling',
      'eval_labeler_agreement': 'Share of pairs that two labelers order alike, of those that neither ties',
    },
  },
  {
    title: 'ppo: PPO, RLOO, GRPO, best-of-n',
    kinds: ['ppo'],
    about: 'π is the policy, π_sft the model that it started from, both at the temperature of the rollouts. An episode is an answer; it is *finished* if the end of a turn is its last token.',
    metrics: {
      'objective/kl': 'How far the policy is from the model that it started from: Σ over an answer’s tokens of log π − log π_sft, mean over the iteration’s answers; an estimate, which may be a little below 0',
      'objective/kl_coef': 'β of this iteration, what a nat of KL costs',
      'objective/raw_scores': 'Mean score that the reward model gives to the answers, its bias included',
      'objective/scores': 'What answers are paid: the score with mean 0 and standard deviation 1 on answers of the SFT model, plus what reward functions give, or unfinishedReward',
      'rewards/NAME/mean': 'Mean of the scores that this reward function gives, before its weight',
      'rewards/NAME/std': 'Standard deviation of the scores that this reward function gives, before its weight',
      'objective/non_score_reward': '−β · KL; GRPO has the KL in its loss: there it is told and not paid',
      'objective/rlhf_reward': 'objective/scores and −β · KL together; GRPO has the KL in its loss: there it is told and not paid',
      'objective/entropy': '−log π of an answer, mean over answers',
      'objective/best_scores': 'Of best-of-n: mean score of the answers that are learned',
      'objective/best_answers': 'Of best-of-n: how many answers are learned',
      'response/length_mean': 'Tokens of an answer with its end token, mean',
      'response/truncated_rate': 'Share of answers that are not finished: their last token is not the end of a turn',
      'val/num_eos_tokens': 'Number of answers that are finished',
      'policy/entropy_avg': 'Entropy of π at a token, while it is updated: near 0 it says always the same',
      'policy/approxkl_avg': 'How far the updates moved the policy: mean of (log ratio)² / 2 of a token',
      'policy/clipfrac_avg': 'Share of tokens whose ratio π / π_old, of the policy now and when it drew the answer, is beyond 1 ± clip',
      'policy/grad_norm': 'Norm of the policy’s gradient before it is clipped',
      'val/ratio': 'Mean of the ratio π / π_old, of the policy now and when it drew the answer',
      'val/ratio_var': 'Variance of the ratio π / π_old, of the policy now and when it drew the answer',
      'val/first_ratio_error': 'Largest deviation from 1 of the ratio in the first update, where it should be 1: above 0.001 is warned of',
      'val/grad_norm': 'Norm of the value network’s gradient before it is clipped',
      'val/clipfrac_avg': 'Share of tokens at which the clip of the value counted',
      'val/explained_variance': '1 − var(return − value) / var(return): 1 is perfect, 0 as good as a constant',
      'loss/policy_avg': 'Clipped loss of the policy, a mean over tokens; of GRPO with its KL, of best-of-n the cross-entropy',
      'loss/ptx_avg': 'Cross-entropy on pretraining text, before its coefficient',
      'loss/value_avg': 'Clipped loss of the value network, before valueCoefficient',
      'episode': 'Answers so far',
      'eval/scores': 'objective/scores of answers to validation prompts, sampled with one seed at every evaluation',
      'eval/kl': 'objective/kl of answers to validation prompts, sampled with one seed at every evaluation',
      'eval/finished_rate': 'Share of the answers to validation prompts that are finished',
      'eval/length_mean': 'Tokens of an answer to a validation prompt with its end token, mean',
    },
  },
  {
    title: 'ppo: DPO',
    kinds: ['ppo'],
    about: 'A reward here is β · (log π − log π_sft) of a whole answer.',
    metrics: {
      'loss': '−log σ(reward of the chosen − reward of the rejected answer), mean over pairs; log 2 at the first step',
      'rewards/chosen': 'Mean reward of the chosen answers: β · (log π − log π_sft) of a whole answer',
      'rewards/rejected': 'Mean reward of the rejected answers: β · (log π − log π_sft) of a whole answer',
      'rewards/margins': 'rewards/chosen − rewards/rejected',
      'rewards/accuracies': 'Share of pairs in which the chosen answer’s reward is above that of the rejected one',
      'logps/chosen': 'log π of a chosen answer, mean',
      'logps/rejected': 'log π of a rejected answer, mean',
    },
  },
  {
    title: 'evaluate',
    kinds: ['evaluate'],
    about: 'Both models answer the same prompts with the same random numbers. Nobody is a fair judge of what was optimised against them: give `evaluate` [a reward model of its own](runs.md#a-judge-of-its-own).',
    metrics: {
      'winRate': 'Share of prompts on which the judge prefers the policy’s answer to the SFT model’s, ties half; the judge is a reward function where the stage names one, the rubric of the quickstart’s world for its prompts, else the reward model',
      'winRateLow': 'Lower end of the 95 % interval of winRate (Wilson’s)',
      'winRateHigh': 'Upper end of the 95 % interval of winRate (Wilson’s)',
      'kl': 'KL(π ‖ π_sft) of an answer, estimated on the policy’s answers at the temperature of the evaluation',
      'rewardSft': 'Mean score by the reward model, of the SFT model’s answers',
      'rewardPolicy': 'Mean score by the reward model, of the policy’s answers',
      'functionsSft': 'Mean of what the reward functions give, of the SFT model’s answers',
      'functionsPolicy': 'Mean of what the reward functions give, of the policy’s answers',
      'goldSft': 'Mean score by the rubric, 0 to 1, of the SFT model’s answers',
      'goldPolicy': 'Mean score by the rubric, 0 to 1, of the policy’s answers',
      'lengthSft': 'Tokens of an answer without its end token, mean, of the SFT model’s answers',
      'lengthPolicy': 'Tokens of an answer without its end token, mean, of the policy’s answers',
      'finishedSft': 'Share that are finished, their last token the end of a turn, of the SFT model’s answers',
      'finishedPolicy': 'Share that are finished, their last token the end of a turn, of the policy’s answers',
      'distinct2Sft': 'Different pairs of words as a share of all, of the SFT model’s answers',
      'distinct2Policy': 'Different pairs of words as a share of all, of the policy’s answers',
      'perplexityBase': 'Perplexity of raw validation text, of the base model',
      'perplexitySft': 'Perplexity of raw validation text, of the SFT model',
      'perplexityPolicy': 'Perplexity of raw validation text, of the policy: what is left of pretraining',
      'rewardAccuracy': 'Share of validation pairs that the reward model orders as they were ranked',
      'rewardAccuracyLow': 'Lower end of the 95 % interval of rewardAccuracy, which knows that the pairs of a prompt hang together',
      'rewardAccuracyHigh': 'Upper end of the 95 % interval of rewardAccuracy, which knows that the pairs of a prompt hang together',
      'noiseCeiling': noiseCeiling,
      'accuracyOfCeiling': 'rewardAccuracy as a share of noiseCeiling',
      'calibrationError': calibrationError,
    },
  },
  {
    title: 'data, sample and rank',
    kinds: ['data', 'sample', 'rank'],
    about: 'The rules of `data` are told in [data](data.md#the-rules).',
    metrics: {
      'texts': 'Texts of the train split',
      'prompts': 'Prompts of the train split',
      'demonstrations': 'Demonstrations of the train split',
      'comparisons': 'Comparisons of the train split; of rank, of all splits',
      'dropped': 'Prompts that the rules took out',
      'dropped/REASON': 'Prompts that the rules took out for this reason',
      'excluded/KIND': 'Demonstrations or comparisons in the collections by labelers whose work is left out',
      'kept/SPLIT': 'Prompts that the rules left in this split',
      'answers': 'Answers that were sampled',
      'response/length_mean': 'Tokens of an answer with its end token, mean',
      'response/truncated_rate': 'Share of answers that are not finished: their last token is not the end of a turn',
      'rankedBefore': 'Comparisons that were there already, imported or of an earlier round',
      'labelers': 'People who ranked',
      'labelerAgreement': 'Share of pairs that two labelers order alike, of those that neither ties',
      'noiseCeiling': noiseCeiling,
    },
  },
];

const patterns = metricSections.flatMap(({ kinds, metrics }) => Object.entries(metrics).map(([name, text]) => ({ kinds, text, pattern: new RegExp(`^${name.replaceAll('...', '.+').replace(/[A-Z]+(?=\/|$)/, '[^/]+')}$`) })));

/** What a metric of a kind of stage is; undefined of one that only another's implementation tells. */
export function explain(kind: string, name: string): { text: string; isOfValidation: boolean } | undefined {
  const found = (wanted: string): string | undefined => patterns.find(({ kinds, pattern }) => (kinds.length === 0 || kinds.includes(kind)) && pattern.test(wanted))?.text;
  const [text, bare] = [found(name), found(name.replace(/^eval_/, ''))];
  return text === undefined && bare === undefined ? undefined : { text: text ?? bare ?? '', isOfValidation: text === undefined };
}
