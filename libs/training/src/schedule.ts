import { Random } from '@minchat/model';

// Which examples a step trains on, as a pure function of (seed, step): a resumed run needs no
// saved position beyond its step number to go on with the same data.

/** A permutation of 0..count-1 that depends on nothing but the seed and the epoch. */
export function epochOrder(count: number, seed: number, epoch: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  new Random(seed).fork(`epoch-${epoch}`).shuffle(order);
  return order;
}

export interface BatchSchedule {
  readonly stepsPerEpoch: number;
  /** The examples of a step, counted from 0 over all epochs. */
  at(step: number): readonly number[];
}

export interface BatchScheduleOptions {
  /** Length of every example, in tokens; similar lengths are put into one batch. */
  readonly lengths: readonly number[];
  readonly batchSize: number;
  readonly seed: number;
}

/** So many batches are sorted by length together: enough to save padding, few enough to stay random. */
const bucketBatches = 16;

/** The batches of one epoch: every example once, neighbours of similar length, in random order. */
export function epochBatches(options: BatchScheduleOptions, epoch: number): number[][] {
  const { lengths, batchSize, seed } = options;
  const order = epochOrder(lengths.length, seed, epoch);
  const batches: number[][] = [];
  for (let from = 0; from < order.length; from += batchSize * bucketBatches) {
    const bucket = order.slice(from, from + batchSize * bucketBatches);
    bucket.sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
    for (let at = 0; at < bucket.length; at += batchSize) batches.push(bucket.slice(at, at + batchSize));
  }
  new Random(seed).fork(`batches-${epoch}`).shuffle(batches);
  return batches;
}

/** The batches of all epochs; the current epoch's are kept. */
export function batchSchedule(options: BatchScheduleOptions): BatchSchedule {
  const stepsPerEpoch = Math.max(1, Math.ceil(options.lengths.length / options.batchSize));
  let epoch = -1;
  let batches: number[][] = [];
  return {
    stepsPerEpoch,
    at(step) {
      const wanted = Math.floor(step / stepsPerEpoch);
      if (wanted !== epoch) {
        epoch = wanted;
        batches = epochBatches(options, epoch);
      }
      return batches[step % stepsPerEpoch] ?? [];
    },
  };
}

export interface WindowScheduleOptions {
  /** Length of the token stream. */
  readonly tokens: number;
  /** Tokens that a window trains on. */
  readonly length: number;
  readonly batchSize: number;
  readonly seed: number;
}

/**
 * First positions of the context windows that a pretraining step reads. The stream is a ring that
 * every epoch cuts at another place, so that the borders of the windows move and no text is lost.
 */
export function windowSchedule(options: WindowScheduleOptions): BatchSchedule {
  const { tokens, length, batchSize, seed } = options;
  const windows = Math.max(1, Math.floor(tokens / length));
  let epoch = -1;
  let starts: number[] = [];
  const window = (index: number): number => {
    const wanted = Math.floor(index / windows);
    if (wanted !== epoch) {
      epoch = wanted;
      const offset = new Random(seed).fork(`cut-${epoch}`).int(tokens);
      starts = epochOrder(windows, seed, epoch).map((at) => (offset + at * length) % tokens);
    }
    return starts[index % windows] ?? 0;
  };
  return {
    stepsPerEpoch: Math.max(1, Math.ceil(windows / batchSize)),
    at: (step) => Array.from({ length: batchSize }, (_, row) => window(step * batchSize + row)),
  };
}
