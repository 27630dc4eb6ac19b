import type { DemonstrationRecord, PromptRecord, Split, TextRecord } from '@minchat/datasets';

/** How much of the world to make. */
export interface WorldSizes {
  /** Documents of the base corpus (about 55 words each), and those kept aside for validation. */
  readonly documents: number;
  readonly validationDocuments: number;
  /** Prompts per split, all different. */
  readonly prompts: Readonly<Record<Split, number>>;
  /** Demonstrations per split; test has none. */
  readonly demonstrations: Readonly<Record<'train' | 'validation', number>>;
}

/** A prompt and the user it came from. No user is in two splits. */
export interface WorldPrompt extends PromptRecord {
  readonly user: string;
  readonly useCase: UseCase;
}

/** A demonstration and the person who wrote it. */
export interface WorldDemonstration extends DemonstrationRecord {
  readonly user: string;
  readonly useCase: UseCase;
  readonly writer: string;
}

export interface World {
  readonly corpus: Readonly<Record<'train' | 'validation', readonly TextRecord[]>>;
  readonly prompts: Readonly<Record<Split, readonly WorldPrompt[]>>;
  readonly demonstrations: Readonly<Record<'train' | 'validation', readonly WorldDemonstration[]>>;
}

/** The paper's names (table 1) for what the world's prompts ask for. */
export type UseCase = 'open_qa' | 'closed_qa' | 'rewrite' | 'extract' | 'generation' | 'brainstorm' | 'classify' | 'chat';

/** What the rubric sees in an answer; each from 0 (bad) to 1 (good). */
export interface Judgement {
  /** The whole: what the gold judge says. */
  readonly score: number;
  readonly right: number;
  readonly toThePoint: number;
  readonly polite: number;
  readonly finished: number;
}
