import { setTimeout as sleep } from 'node:timers/promises';
import { rpc, type Bus } from '@minchat/bus';
import { RunStatus, type RunRecord } from '@minchat/contracts';
import { errorFromWire } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { aboutRun } from './about-run.ts';
import type { ProgressView } from './progress.ts';

const everyMs = 500;
// Services and the server are started again when they end: that much silence is none of our business.
const patienceMs = 120_000;

/** Shows a run until it has ended, or `signal` aborts; the last record either way. Throws MC_NATS_STORE_LOST when there is none to wait for. */
export async function followRun(bus: Bus, runId: string, view: ProgressView, signal: AbortSignal): Promise<RunRecord> {
  let silentSince: number | undefined;
  // Not raced with: what is raced with stays as long as the bus does, and would hold each record that came.
  const lost = new AbortController();
  bus.storeLost.catch((error: unknown) => lost.abort(error));
  for (;;) {
    try {
      const run = await bus.call(rpc.getRun, { runId }, { timeoutMs: 5000, signal: lost.signal });
      silentSince = undefined;
      view.show(run, Date.now());
      if (run.status !== RunStatus.RUN_STATUS_RUNNING || signal.aborted) return run;
    } catch (thrown) {
      const error = toMinchatError(thrown);
      silentSince ??= Date.now();
      if (!error.retryable || error.code === 'MC_NATS_STORE_LOST' || signal.aborted || Date.now() - silentSince > patienceMs) throw error;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** The error of a run that failed, with where it failed. */
export function errorOf(run: RunRecord): MinchatError {
  if (run.error === undefined) return new MinchatError('MC_STAGE_FAILED', `run ${run.runId} failed`);
  const error = errorFromWire(run.error);
  const stage = run.stages.find((other) => other.error?.message === error.message)?.stage;
  // A gate's message begins with its stage.
  const inStage = stage === undefined || error.message.startsWith(`stage ${stage}: `) ? '' : `stage ${stage}: `;
  return aboutRun(new MinchatError(error.code, `run ${run.runId}: ${inStage}${error.message}`, { hint: error.hint, cause: error }), run.runId);
}

/** Throws the error of a run that did not end well. */
export function assertCompleted(run: RunRecord): void {
  switch (run.status) {
    case RunStatus.RUN_STATUS_FAILED:
      throw errorOf(run);
    case RunStatus.RUN_STATUS_CANCELLED:
      throw new MinchatError('MC_CONFLICT', `run ${run.runId} was cancelled`, { hint: `Go on with \`npm run minchat -- resume ${run.runId}\`.` });
    default:
  }
}
