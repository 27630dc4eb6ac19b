import type { Bus } from '@minchat/bus';
import type { Init, Job, StageEvent, StageResult, WireError } from '@minchat/contracts';

/** Publishes what happened to a job; `once` as of Bus.publishEvent. */
export type Tell = (detail: Init<StageEvent>, options?: { once?: boolean }) => Promise<void>;

export function tellOf(bus: Pick<Bus, 'publishEvent'>, { runId, jobId, stage }: Job, workerId: string): Tell {
  return (detail, options = {}) => bus.publishEvent({ runId, jobId, stage, workerId, ...detail }, options);
}

// The ends of a job have ids that tell them: said again by whoever finds it over, each happens once.

export async function tellCompleted(tell: Tell, { jobId }: Job, result: StageResult, seconds?: number): Promise<void> {
  await tell({ eventId: `${jobId}-completed`, completed: { result, ...(seconds === undefined ? {} : { seconds }) } }, { once: true });
}

export async function tellFailed(tell: Tell, { jobId }: Job, error: WireError, attempt: number): Promise<void> {
  await tell({ eventId: `${jobId}-failed-${attempt}`, failed: { error, attempt, final: true } }, { once: true });
}
