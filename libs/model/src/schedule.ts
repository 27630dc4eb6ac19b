/**
 * Learning rate over the steps, in updates of the optimiser. Both warm up linearly from peak / warmup to
 * peak over `warmup` steps (0: none). Then 'cosine' falls to 10 % of the peak, reached at step total - 1
 * (InstructGPT, C.1 and C.2); 'constant' stays (C.4, with warmup 10).
 */
export type Schedule =
  | { readonly kind: 'cosine'; readonly peak: number; readonly warmup: number; readonly total: number }
  | { readonly kind: 'constant'; readonly peak: number; readonly warmup: number };

/** The learning rate of a step; steps count from 0. */
export function learningRate(schedule: Schedule, step: number): number {
  const { peak, warmup } = schedule;
  if (step < warmup) return (peak * (step + 1)) / warmup;
  if (schedule.kind === 'constant') return peak;
  // A training of one step, which has no room to fall, runs at the peak.
  const span = Math.max(1, schedule.total - 1 - warmup);
  const progress = Math.min(1, (step - warmup) / span);
  const floor = 0.1 * peak;
  return floor + 0.5 * (peak - floor) * (1 + Math.cos(Math.PI * progress));
}
