import type { WireError } from '@minchat/contracts';
import type { ArtifactKind, Metrics, Progress, StopReason } from './define.ts';

/** What a host needs to know of a stage before it runs it. */
export interface StageShape {
  kind: string;
  inputs: Record<string, { kind: ArtifactKind; optional: boolean }>;
  outputs: Record<string, { kind: ArtifactKind }>;
}

/** One job, made local: names stand for folders. */
export interface Assignment {
  runId: string;
  jobId: string;
  stage: string;
  seed: number;
  inputs: Record<string, string>;
  outputs: Record<string, string>;
  restore: { step: number; folder: string } | undefined;
  /** Where checkpoints are written before they are stored. */
  scratch: string;
}

export interface ThreadData {
  /** URL of the module whose default export is the stage. */
  url: string;
  plugin: string;
  /** Undefined where the stage is loaded only to see what it is. */
  settingsJson: string | undefined;
  control: SharedArrayBuffer;
  log: { service: string; level: string; fields: Record<string, string> };
}

export type ToThread =
  | { type: 'run'; assignment: Assignment }
  /** What it says stands in the shared control block too; this wakes a stage that waits. */
  | { type: 'control' }
  | { type: 'saved'; id: number; error: WireError | undefined };

export type FromThread =
  | { type: 'loaded'; shape: StageShape }
  | { type: 'progress'; progress: Progress }
  /** A line that was logged, as JSON. */
  | { type: 'log'; line: string }
  | { type: 'save'; id: number; step: number; folder: string }
  | { type: 'done'; metrics: Metrics }
  | { type: 'failed'; error: WireError };

const reasons: readonly (StopReason | undefined)[] = [undefined, 'cancelled', 'shutdown', 'lease-lost'];

/**
 * Two words that both threads see at once. A stage that computes without pause never takes a
 * message; it does look here whenever it reports progress or asks whether a checkpoint is due.
 */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(buffer = new SharedArrayBuffer(8)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  get stop(): StopReason | undefined {
    return reasons[Atomics.load(this.#words, 0)];
  }

  /** The first reason stands. With a checkpoint, unless the lease is lost. */
  setStop(reason: StopReason): void {
    Atomics.compareExchange(this.#words, 0, 0, reasons.indexOf(reason));
    if (reason !== 'lease-lost') this.checkpointDue = true;
  }

  get checkpointDue(): boolean {
    return Atomics.load(this.#words, 1) === 1;
  }

  set checkpointDue(due: boolean) {
    Atomics.store(this.#words, 1, due ? 1 : 0);
  }
}
