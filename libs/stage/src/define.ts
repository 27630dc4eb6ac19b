import type { Logger } from '@minchat/telemetry';
import type { z } from 'zod';

/** What an artifact holds; the names that a stage's inputs and outputs are declared with. */
export type ArtifactKind = 'model' | 'reward-model' | 'value-model' | 'dataset' | 'report' | 'file';

/** Why a stage is asked to stop. It should stop at the next step; the host does the rest. */
export type StopReason = 'cancelled' | 'shutdown' | 'lease-lost';

/** Numbers under the names that users know from TRL: `loss`, `objective/kl`, ... */
export type Metrics = Readonly<Record<string, number>>;

export interface Progress {
  /** Steps done, counted from the start of the job, not of this attempt. */
  step: number;
  totalSteps: number;
  /** Tokens processed since the start of the job. */
  tokens?: number;
  metrics?: Metrics;
  message?: string;
  /** Texts produced on the way, for people to read. */
  samples?: readonly string[];
  /** The stage does nothing but wait, for people: from now on the host takes further jobs of its kind beside it. */
  waiting?: boolean;
}

/** Everything a stage implementation is given. It reads and writes plain local folders. */
export interface StageContext<Settings, Input extends string = string, Output extends string = string> {
  readonly runId: string;
  readonly jobId: string;
  /** The stage's name within the run. */
  readonly stage: string;
  /** All randomness of the stage comes from this. */
  readonly seed: number;
  readonly settings: Settings;
  readonly log: Logger;
  /** Aborted with a StopReason. The host aborts after taking no more heartbeats into account. */
  readonly signal: AbortSignal;
  /** The local folder of an input, its digests verified. */
  input(name: Input): string;
  /** Whether an optional input was given. */
  hasInput(name: Input): boolean;
  /** An empty local folder to write an output into; published when `run` returns. */
  output(name: Output): string;
  /** Reports progress; cheap, call it every step. The host thins it out. */
  progress(progress: Progress): void;
  readonly checkpoint: {
    /** The folder of the last checkpoint of this job, if there is one. */
    restore(): Promise<{ step: number; folder: string } | undefined>;
    /**
     * Saves a checkpoint: `write` fills an empty folder. Rejects with MC_LEASE_LOST when
     * another worker has the job.
     */
    save(step: number, write: (folder: string) => Promise<void>): Promise<void>;
    /** True when the host would like one now: enough time has passed, or a stop was asked for. */
    due(): boolean;
  };
}

export interface StageDefinition<
  Schema extends z.ZodType = z.ZodType,
  Input extends string = string,
  Output extends string = string,
> {
  /** The kind of work: the last token of the subject jobs.<kind>. */
  readonly kind: string;
  readonly description: string;
  /** The settings of the run's spec; unknown keys are refused by z.strictObject. */
  readonly settings: Schema;
  readonly inputs: Readonly<Record<Input, { kind: ArtifactKind; optional?: boolean; description: string }>>;
  readonly outputs: Readonly<Record<Output, { kind: ArtifactKind; description: string }>>;
  /**
   * Does the work and returns its final metrics. Throws a MinchatError for what a user can mend.
   * When `context.signal` aborts, it saves a checkpoint if it can and throws signal.reason.
   */
  run(context: StageContext<z.output<Schema>, Input, Output>): Promise<Metrics>;
}

/** The plugin seam: all that an implementation of a stage writes. Export the result as default. */
export function defineStage<Schema extends z.ZodType, Input extends string, Output extends string>(
  definition: StageDefinition<Schema, Input, Output>,
): StageDefinition<Schema, Input, Output> {
  return definition;
}
