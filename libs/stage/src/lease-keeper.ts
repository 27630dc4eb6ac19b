import type { JobDelivery, JobRecords, Lease } from '@minchat/bus';
import { JobState } from '@minchat/contracts';
import { toMinchatError, type MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';

/**
 * Keeps a job ours: renews the lease and tells the server that we are at it, on this thread,
 * whatever the stage computes on its own. Finds out when the job is ours no more.
 */
export class LeaseKeeper {
  readonly #jobs: JobRecords;
  readonly #lease: Lease;
  readonly #log: Logger;
  readonly #onGone: (reason: MinchatError) => void;
  #gone: MinchatError | undefined;
  #renewing = false;

  constructor(jobs: JobRecords, lease: Lease, log: Logger, onGone: (reason: MinchatError) => void) {
    this.#jobs = jobs;
    this.#lease = lease;
    this.#log = log;
    this.#onGone = onGone;
  }

  /** MC_LEASE_LOST or MC_CANCELLED, once it is so. */
  get gone(): MinchatError | undefined {
    return this.#gone;
  }

  /** Beats until the function that it gives is called. */
  start(delivery: JobDelivery, everyMs: number, onBeat: () => void): () => void {
    const timer = setInterval(() => {
      onBeat();
      // Somebody else's delivery would be prolonged by it; that of a cancelled job is ours to the end.
      if (this.#gone?.code === 'MC_LEASE_LOST') return;
      delivery.working();
      this.renew();
    }, everyMs);
    return () => clearInterval(timer);
  }

  /** Renews the lease, or finds out that the job is ours no more. */
  renew(): void {
    if (this.#gone || this.#renewing) return;
    this.#renewing = true;
    this.#jobs
      .renew(this.#lease)
      .catch((error: unknown) => this.lost(error))
      .catch((error: unknown) => {
        // When the result is stored there is nothing left to renew, while it is still to be told.
        if (!this.#gone && this.#lease.record.state === JobState.JOB_STATE_HELD) this.#log.warn({ err: error }, 'could not renew the lease');
      })
      .finally(() => (this.#renewing = false));
  }

  /** Throws the reason when the job is ours no more. */
  assertOurs(): void {
    if (this.#gone) throw this.#gone;
  }

  /** As `assertOurs`, but what a cancelled job has done so far is kept, for who resumes it. */
  assertMaySave(): void {
    if (this.#gone?.code !== 'MC_CANCELLED') this.assertOurs();
  }

  /** The job is ours no more: its result is thrown away. */
  #leave(reason: MinchatError): void {
    if (this.#gone) return;
    this.#gone = reason;
    this.#log.info({ reason: reason.code }, 'the job is not ours any more');
    this.#onGone(reason);
  }

  /** For a write to the job's record that failed: by that we may learn that it is ours no more. Throws the error. */
  lost(thrown: unknown): never {
    const error = toMinchatError(thrown);
    if (error.code === 'MC_LEASE_LOST' || error.code === 'MC_CANCELLED') this.#leave(error);
    throw error;
  }
}
