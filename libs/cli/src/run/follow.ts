import { setTimeout as sleep } from 'node:timers/promises';
import { rpc, type Bus } from '@minchat/bus';
import { RunStatus, type RunRecord } from '@minchat/contracts';
import { errorFromWire } from '@minchat/contracts';
import { MinchatError, toMinchatError } from '@minchat/errors';
import type { ProgressView } from './progress.ts';

const everyMs = 500;
// Services and the server are started again when they end: that much silence is none of our business.
const patienceMs = 120_000;

/** Shows a run until it has ended, or `signal` aborts; the last record either way. Throws MC_NATS_STORE_LOST when there is none to wait for. */
export async function followRun(bus: Bus, runId: string, view: ProgressView, signal: AbortSignal): Promise<RunRecord> {
  let silentSince: number | undefined;
  for (;;) {
    try {
      const run = await Promise.race([bus.call(rpc.getRun, { runId }, { timeoutMs: 5000 }), bus.storeLost]);
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

/** Throws the error of a run that did not end well. */
export function assertCompleted(run: RunRecord): void {
  switch (run.status) {
    case RunStatus.RUN_STATUS_FAILED:
      throw run.error === undefined ? new MinchatError('MC_STAGE_FAILED', `run ${run.runId} failed`) : withRun(errorFromWire(run.error), run);
    case RunStatus.RUN_STATUS_CANCELLED:
      throw new MinchatError('MC_CONFLICT', `run ${run.runId} was cancelled`, { hint: `Go on with \`npm run minchat -- resume ${run.runId}\`.` });
    default:
  }
}

function withRun(error: MinchatError, run: RunRecord): MinchatError {
  const stage = run.stages.find((other) => other.error?.message === error.message)?.stage;
  const where = stage === undefined ? `run ${run.runId}` : `run ${run.runId}, stage ${stage}`;
  return new MinchatError(error.code, `${where}: ${error.message}`, { hint: error.hint.replaceAll('RUN', run.runId), cause: error });
}
