/** What the stage `data` makes, of whatever it is made. */
export const dataOutputs = {
  corpus: { kind: 'dataset', description: 'texts for pretraining' },
  demonstrations: { kind: 'dataset', description: 'prompts with the answers that labelers wrote' },
  prompts: { kind: 'dataset', description: 'prompts without answers' },
  comparisons: { kind: 'dataset', description: 'ranked answers that were imported; may be empty' },
} as const;

/** Where the outputs go. */
export type DataFolders = Readonly<Record<keyof typeof dataOutputs, string>>;

/** One run of it. */
export interface DataJob {
  readonly jobId: string;
  readonly runId: string;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly folders: DataFolders;
  progress(step: number, totalSteps: number, message: string): void;
}
