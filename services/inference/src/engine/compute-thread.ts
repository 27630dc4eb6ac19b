import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { errorFromWire, errorToWire, type ArtifactRef } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Ask, ComputeOptions, FromCompute, Outcome, ToCompute } from './protocol.ts';

/** What becomes of what was asked: outcomes, or one failure when the thread is gone. */
export interface Listener {
  outcome(outcome: Outcome): void;
  fail(error: Error): void;
}

/** What a thread was asked for and has not ended. */
export interface Call {
  readonly client: string;
  /** How many answers. */
  readonly weight: number;
  /** Whether anything has come of it. */
  readonly begun: boolean;
  /** Since when all that comes of it waits for its reader (performance.now()); Infinity until then. */
  readonly writtenAt: number;
  /** Nothing more is wanted: frees its slots if it is not over. */
  close(isOver: boolean): void;
  /** Ends it for a client that has fewer answers. */
  giveWay(): void;
}

/** The verified local folder of a model; asked for whenever one is to be loaded. */
export type FetchModel = (source: ArtifactRef) => Promise<string>;

/** A compute thread as the main thread sees it: what it was asked for and has not ended. */
export class ComputeThread {
  readonly backend: string;
  /** Resolves when the thread is gone, with the reason. */
  readonly gone: Promise<Error>;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call & { begun: boolean; writtenAt: number; listener: Listener }>();
  #nextId = 0;
  #answers = 0;

  private constructor(worker: Worker, backend: string, fetch: FetchModel) {
    this.#worker = worker;
    this.backend = backend;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.gone = promise;
    const end = (error: Error): void => {
      for (const { listener } of this.#calls.values()) listener.fail(error);
      resolve(error);
    };
    worker.on('message', (message: FromCompute) => {
      if (message.type === 'failed') end(errorFromWire(message.error));
      if (message.type === 'fetch') {
        const { digest } = message.source;
        fetch(message.source).then(
          (folder) => this.#post({ type: 'fetched', digest, folder }),
          (error: unknown) => this.#post({ type: 'unfetched', digest, error: errorToWire(error) }),
        );
      }
      if (message.type !== 'outcomes') return;
      for (const outcome of message.outcomes) {
        const call = this.#calls.get(outcome.id);
        if (call === undefined) continue;
        call.begun = true;
        if (outcome.type === 'done') call.writtenAt = performance.now();
        call.listener.outcome(outcome);
      }
    });
    worker.on('error', (cause) => end(new MinchatError('MC_INTERNAL', 'the compute thread failed', { cause })));
    worker.on('exit', () => end(new MinchatError('MC_SERVICE_UNAVAILABLE', 'the compute thread has ended')));
  }

  /** Throws MC_BACKEND_UNAVAILABLE when the compute backend does not start. */
  static async start(options: ComputeOptions, fetch: FetchModel): Promise<ComputeThread> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options });
    const [message] = await once(worker, 'message') as [FromCompute];
    if (message.type === 'ready') return new ComputeThread(worker, message.backend, fetch);
    await worker.terminate();
    throw message.type === 'failed' ? errorFromWire(message.error) : new MinchatError('MC_INTERNAL', 'the compute thread did not start');
  }

  get calls(): Iterable<Call> {
    return this.#calls.values();
  }

  /** Answers asked for and not yet over. */
  get answers(): number {
    return this.#answers;
  }

  /** Asks for so many answers. The call is to be closed when nothing more is wanted. */
  open(weight: number, ask: Ask, listener: Listener): Call {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#answers += weight;
    const close = (isOver: boolean): void => {
      if (!this.#calls.delete(id)) return;
      this.#answers -= weight;
      if (!isOver) this.#post({ type: 'cancel', id });
    };
    const giveWay = (): void => {
      close(false);
      listener.fail(new MinchatError('MC_OVERLOADED', `expected room for ${weight} more answers, found all places taken, and others with fewer of them`));
    };
    const call = { client: ask.client, weight, begun: false, writtenAt: Infinity, listener, close, giveWay };
    this.#calls.set(id, call);
    this.#post({ type: 'ask', id, ...ask });
    return call;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToCompute): void {
    this.#worker.postMessage(message);
  }
}
