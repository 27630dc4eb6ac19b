/** What an input or output is: an artifact kind, and for a dataset which records it holds. */
export type PortType =
  | 'model'
  | 'reward-model'
  | 'value-model'
  | 'report'
  | 'dataset:text'
  | 'dataset:demonstrations'
  | 'dataset:prompts'
  | 'dataset:answers'
  | 'dataset:comparisons';

export interface InputPort {
  readonly type: PortType;
  readonly optional?: true;
  /** The setting that makes it optional: what does its work in its place. */
  readonly optionalWith?: string;
  /**
   * The standard wiring: `kind.output` names that fit, any of them. The nearest earlier stage of
   * the spec that makes one of them is taken. Empty: only what the spec names.
   */
  readonly from: readonly string[];
}

export interface StageKindEntry {
  readonly description: string;
  readonly inputs: Readonly<Record<string, InputPort>>;
  readonly outputs: Readonly<Record<string, PortType>>;
}

/** The kinds of stage, what each takes and makes, and how a run wires them unless its spec says otherwise. */
export const stageKinds = {
  data: {
    description: 'Takes a snapshot of prompts, demonstrations, comparisons and text.',
    inputs: {},
    outputs: {
      corpus: 'dataset:text',
      demonstrations: 'dataset:demonstrations',
      prompts: 'dataset:prompts',
      comparisons: 'dataset:comparisons',
    },
  },
  pretrain: {
    description: 'Trains a tokenizer and a base model on text.',
    inputs: {
      corpus: { type: 'dataset:text', from: ['data.corpus'] },
      demonstrations: { type: 'dataset:demonstrations', optional: true, from: ['data.demonstrations'] },
      // To train a model further.
      model: { type: 'model', optional: true, from: [] },
    },
    outputs: { model: 'model' },
  },
  sft: {
    description: 'Fine-tunes a base model on demonstrations.',
    inputs: {
      model: { type: 'model', from: ['pretrain.model'] },
      demonstrations: { type: 'dataset:demonstrations', from: ['data.demonstrations'] },
      // Choosing the checkpoint by reward needs a reward model of an earlier run or round.
      reward: { type: 'reward-model', optional: true, from: [] },
      corpus: { type: 'dataset:text', optional: true, from: ['data.corpus'] },
    },
    outputs: { model: 'model' },
  },
  sample: {
    description: 'Lets a model answer every prompt several times.',
    inputs: {
      model: { type: 'model', from: ['sft.model', 'ppo.policy'] },
      prompts: { type: 'dataset:prompts', from: ['data.prompts'] },
    },
    outputs: { answers: 'dataset:answers' },
  },
  rank: {
    description: 'Has labelers rank the answers, or takes rankings that exist.',
    inputs: {
      answers: { type: 'dataset:answers', optional: true, from: ['sample.answers'] },
      comparisons: { type: 'dataset:comparisons', optional: true, from: ['data.comparisons'] },
    },
    outputs: { comparisons: 'dataset:comparisons' },
  },
  reward: {
    description: 'Trains a reward model on rankings.',
    inputs: {
      model: { type: 'model', from: ['sft.model'] },
      comparisons: { type: 'dataset:comparisons', from: ['rank.comparisons', 'data.comparisons'] },
      demonstrations: { type: 'dataset:demonstrations', from: ['data.demonstrations'] },
    },
    outputs: { reward: 'reward-model' },
  },
  ppo: {
    description: 'Optimises a model against a reward model, reward functions, or both.',
    inputs: {
      model: { type: 'model', from: ['sft.model'] },
      reward: { type: 'reward-model', optionalWith: 'rewardFunctions', from: ['reward.reward'] },
      prompts: { type: 'dataset:prompts', from: ['data.prompts'] },
      corpus: { type: 'dataset:text', optional: true, from: ['data.corpus'] },
    },
    outputs: { policy: 'model', value: 'value-model' },
  },
  evaluate: {
    description: 'Compares the policy with the fine-tuned model and writes the report.',
    inputs: {
      sft: { type: 'model', from: ['sft.model'] },
      policy: { type: 'model', from: ['ppo.policy'] },
      reward: { type: 'reward-model', optionalWith: 'rewardFunctions', from: ['reward.reward'] },
      prompts: { type: 'dataset:prompts', from: ['data.prompts'] },
      base: { type: 'model', optional: true, from: ['pretrain.model'] },
      corpus: { type: 'dataset:text', optional: true, from: ['data.corpus'] },
      comparisons: { type: 'dataset:comparisons', optional: true, from: ['rank.comparisons', 'data.comparisons'] },
    },
    outputs: { report: 'report' },
  },
} as const satisfies Record<string, StageKindEntry>;

export type StageKind = keyof typeof stageKinds;

export function isStageKind(name: string): name is StageKind {
  return Object.hasOwn(stageKinds, name);
}

/** The table's entry, with its inputs and outputs open to any name. */
export function stageKind(kind: StageKind): StageKindEntry {
  return stageKinds[kind];
}

/** The kind of artifact that a port takes: `dataset:text` is a dataset. */
export function artifactKindOf(type: PortType): string {
  return type.split(':')[0] ?? type;
}
