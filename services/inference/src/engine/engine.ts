import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { errorFromWire, errorToWire, type ArtifactRef, type EmbedInput, type GenerateChunk, type GenerateRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { ComputeOptions, FromCompute, Outcome, Reading, ScoredConversation, ToCompute } from './protocol.ts';

export interface EngineOptions extends ComputeOptions {
  /** Answers that may wait for a slot beside those that have one. */
  queue: number;
  /** The verified local folder of a model; asked for whenever one is to be loaded. */
  fetch: (source: ArtifactRef) => Promise<string>;
}

interface Call {
  /** Answers it counts for. */
  weight: number;
  outcome(outcome: Outcome): void;
  fail(error: Error): void;
}

type Request = { type: 'generate'; source: ArtifactRef; request: GenerateRequest } | { type: 'read'; source: ArtifactRef; reading: Reading };

/**
 * The live engine as the main thread sees it: a compute thread behind a bounded queue. All methods
 * return at once; nothing here blocks the event loop.
 */
export class Engine {
  readonly backend: string;
  /** Resolves when the compute thread is gone, with the reason; a service then ends. */
  readonly gone: Promise<Error>;
  readonly #worker: Worker;
  readonly #capacity: number;
  readonly #calls = new Map<number, Call>();
  #nextId = 0;
  #load = 0;
  #running = 0;
  #tokens = 0;

  private constructor(worker: Worker, backend: string, options: EngineOptions) {
    this.#worker = worker;
    this.backend = backend;
    this.#capacity = options.slots + options.queue;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.gone = promise;
    const end = (error: Error): void => {
      for (const call of this.#calls.values()) call.fail(error);
      resolve(error);
    };
    worker.on('message', (message: FromCompute) => {
      if (message.type === 'failed') end(errorFromWire(message.error));
      if (message.type === 'fetch') {
        const { digest } = message.source;
        options.fetch(message.source).then(
          (folder) => this.#post({ type: 'fetched', digest, folder }),
          (error: unknown) => this.#post({ type: 'unfetched', digest, error: errorToWire(error) }),
        );
      }
      if (message.type !== 'outcomes') return;
      this.#running = message.running;
      this.#tokens += message.tokens;
      for (const outcome of message.outcomes) this.#calls.get(outcome.id)?.outcome(outcome);
    });
    worker.on('error', (cause) => end(new MinchatError('MC_INTERNAL', 'the compute thread failed', { cause })));
    worker.on('exit', () => end(new MinchatError('MC_SERVICE_UNAVAILABLE', 'the compute thread has ended')));
  }

  /** Throws MC_BACKEND_UNAVAILABLE when the compute backend does not start. */
  static async start(options: EngineOptions): Promise<Engine> {
    const { slots, kvBytes, models, streamMs } = options;
    const workerData: ComputeOptions = { slots, kvBytes, models, streamMs };
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
    const [message] = await once(worker, 'message') as [FromCompute];
    if (message.type === 'ready') return new Engine(worker, message.backend, options);
    await worker.terminate();
    throw message.type === 'failed' ? errorFromWire(message.error) : new MinchatError('MC_INTERNAL', 'the compute thread did not start');
  }

  /** Answers asked for and not yet over; answers that have a slot; tokens made so far. */
  get load(): { answers: number; running: number; tokens: number; capacity: number } {
    return { answers: this.#load, running: this.#running, tokens: this.#tokens, capacity: this.#capacity };
  }

  /**
   * The answers' pieces as they come. Leaving the loop, or the signal, frees the slots before the
   * next token. Throws MC_OVERLOADED when the queue is full.
   */
  async *generate(source: ArtifactRef, request: GenerateRequest, signal?: AbortSignal): AsyncGenerator<GenerateChunk, void, undefined> {
    const pieces: GenerateChunk[] = [];
    let failure: Error | undefined;
    let over = false;
    let wake = (): void => undefined;
    const call = this.#open(request.n, { type: 'generate', source, request }, {
      outcome: (outcome) => {
        if (outcome.type === 'chunk') pieces.push(outcome.chunk);
        else if (outcome.type === 'error') failure = errorFromWire(outcome.error);
        else over = true;
        wake();
      },
      fail: (error) => {
        failure = error;
        wake();
      },
    });
    const abort = (): void => wake();
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        if (signal?.aborted === true) return;
        const piece = pieces.shift();
        if (piece !== undefined) yield piece;
        else if (failure !== undefined) throw failure;
        else if (over) return;
        else await new Promise<void>((resolve) => { wake = resolve; });
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      call.close(over || failure !== undefined);
    }
  }

  /** The reward model's score of each text, in their order. Throws MC_OVERLOADED when the queue is full. */
  async score(source: ArtifactRef, texts: ScoredConversation[]): Promise<number[]> {
    const outcome = await this.#read(source, { type: 'score', texts });
    return outcome.type === 'scores' ? outcome.scores : [];
  }

  /** A vector of length 1 for each text, and the tokens read. Throws MC_OVERLOADED when the queue is full. */
  async embed(source: ArtifactRef, inputs: EmbedInput[]): Promise<{ embeddings: number[][]; promptTokens: number }> {
    const outcome = await this.#read(source, { type: 'embed', inputs });
    return outcome.type === 'embeddings' ? outcome : { embeddings: [], promptTokens: 0 };
  }

  async #read(source: ArtifactRef, reading: Reading): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const call = this.#open(1, { type: 'read', source, reading }, {
      outcome: (outcome) => {
        if (outcome.type === 'error') reject(errorFromWire(outcome.error));
        else resolve(outcome);
      },
      fail: reject,
    });
    try {
      return await promise;
    } finally {
      call.close(true);
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(message: ToCompute): void {
    this.#worker.postMessage(message);
  }

  #open(weight: number, request: Request, handlers: Omit<Call, 'weight'>): { close(isOver: boolean): void } {
    if (weight > this.#capacity) throw new MinchatError('MC_USAGE', `expected at most ${this.#capacity} answers in one request, found ${weight}`);
    if (this.#load + weight > this.#capacity) {
      throw new MinchatError('MC_OVERLOADED', `expected room for ${weight} more answers, found ${this.#load} of ${this.#capacity} places taken`);
    }
    const id = this.#nextId;
    this.#nextId += 1;
    this.#load += weight;
    this.#calls.set(id, { weight, ...handlers });
    this.#post({ ...request, id });
    return {
      close: (isOver) => {
        if (!this.#calls.delete(id)) return;
        this.#load -= weight;
        if (!isOver) this.#post({ type: 'cancel', id });
      },
    };
  }
}
