import { availableParallelism } from 'node:os';
import { readComputeEnv } from '@minchat/config';
import { decode, errorFromWire, GenerateChunk, type ArtifactRef, type EmbedRequest, type GenerateRequest, type ScoreRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { ComputeThread, type Call, type FetchModel, type Listener } from './compute-thread.ts';
import { computesOnProcessors, type Ask, type ComputeOptions, type Outcome } from './protocol.ts';

export interface EngineOptions {
  /** Answers decoded together, per model. */
  slots: number;
  /** Answers that may wait for a slot beside those that have one. */
  queue: number;
  /** Models kept loaded by a compute thread. */
  models: number;
  /** Bytes of KV cache for all models together. */
  kvBytes: number;
  /** The pieces of an answer within so many milliseconds are sent as one. */
  streamMs: number;
  /** Compute threads beside each other for small models; 1 for none beside the one that computes with all processors. */
  lanes: number;
  fetch: FetchModel;
}

/**
 * Models up to so many bytes are small: their weights stay in the cache of each processor, and a processor
 * that decodes answers of its own is faster than one that waits for others after every kernel.
 */
export const smallModelBytes = 2 ** 24;

/** After so long nobody is at reading what is written. */
const unreadMs = 10_000;

/**
 * The live engine as the main thread sees it: compute threads behind a bounded queue. Where there are
 * lanes, a small model is decoded by whichever lane has the fewest answers, and a large one by one thread with
 * all processors but one. All methods return at once; nothing here blocks the event loop.
 */
export class Engine {
  readonly backend: string;
  /** Resolves when a compute thread is gone, with the reason; a service then ends. */
  readonly gone: Promise<Error>;
  readonly #capacity: number;
  readonly #lanes: readonly ComputeThread[];
  readonly #startWhole: (() => Promise<ComputeThread>) | undefined;
  #whole: Promise<ComputeThread> | undefined;
  /** All that have started. */
  readonly #threads: ComputeThread[] = [];
  readonly #end: (reason: Error) => void;

  /** `startWhole` is called with the first large model; without it the lanes take those, too. */
  private constructor(capacity: number, lanes: readonly [ComputeThread, ...ComputeThread[]], startWhole?: () => Promise<ComputeThread>) {
    this.backend = lanes[0].backend;
    this.#capacity = capacity;
    this.#lanes = lanes;
    this.#startWhole = startWhole;
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.gone = promise;
    this.#end = resolve;
    for (const lane of lanes) this.#add(lane);
  }

  /** Throws MC_BACKEND_UNAVAILABLE when the compute backend does not start, MC_CONFIG_INVALID. */
  static async start({ slots, queue, models, kvBytes, streamMs, lanes, fetch }: EngineOptions): Promise<Engine> {
    // One processor is left to those who carry the tokens away: kernels whose threads wait for each
    // other are slower where another process takes one of them.
    const threads = readComputeEnv().MINCHAT_THREADS ?? Math.max(1, availableParallelism() - 1);
    const start = (options: Pick<ComputeOptions, 'kvBytes' | 'lanes' | 'threads'>) => ComputeThread.start({ slots, models, streamMs, ...options }, fetch);
    if (lanes === 1) return new Engine(slots + queue, [await start({ kvBytes, lanes, threads })]);
    const lane = () => start({ kvBytes, lanes, threads: 1 });
    const first = await lane();
    if (!computesOnProcessors(first.backend)) return new Engine(slots + queue, [first]);
    const others = await Promise.all(Array.from({ length: lanes - 1 }, lane));
    return new Engine(slots + queue, [first, ...others], () => start({ kvBytes: kvBytes / 2, lanes: 1, threads }));
  }

  /** Answers asked for and not yet over, and how many there may be. */
  get load(): { answers: number; capacity: number } {
    return { answers: this.#threads.reduce((sum, { answers }) => sum + answers, 0), capacity: this.#capacity };
  }

  /** The answers' pieces as they come. */
  async *generate(source: ArtifactRef, request: GenerateRequest, signal?: AbortSignal): AsyncGenerator<GenerateChunk, void, undefined> {
    for await (const outcome of this.#ask(request.n, { client: request.client, source, work: { type: 'generate', request } }, signal)) {
      if (outcome.type === 'chunk') yield outcome.chunk instanceof Uint8Array ? decode(GenerateChunk, outcome.chunk) : outcome.chunk;
    }
  }

  /** The reward model's score of each text, in their order, some with each piece. */
  async *score(source: ArtifactRef, { texts, client }: Pick<ScoreRequest, 'texts' | 'client'>, signal?: AbortSignal): AsyncGenerator<{ scores: number[] }, void, undefined> {
    for await (const outcome of this.#ask(1, { client, source, work: { type: 'score', texts } }, signal)) if (outcome.type === 'scores') yield outcome;
  }

  /** A vector of length 1 for each text, in their order, some with each piece, and the tokens of those. */
  async *embed(source: ArtifactRef, { inputs, client }: Pick<EmbedRequest, 'inputs' | 'client'>, signal?: AbortSignal): AsyncGenerator<{ embeddings: number[][]; promptTokens: number }, void, undefined> {
    for await (const outcome of this.#ask(1, { client, source, work: { type: 'embed', inputs } }, signal)) if (outcome.type === 'embeddings') yield outcome;
  }

  /**
   * What becomes of a request for so many answers, as it comes. Leaving the loop, or the signal, frees its
   * slots before the next token, and no more of its texts are read. Throws MC_OVERLOADED when the queue is full and
   * nobody has more in it, or when it gave way to somebody who has less.
   */
  async *#ask(weight: number, ask: Ask, signal: AbortSignal | undefined): AsyncGenerator<Outcome, void, undefined> {
    const outcomes: Outcome[] = [];
    let failure: Error | undefined;
    let over = false;
    let wake = (): void => undefined;
    const call = await this.#open(weight, ask, {
      outcome: (outcome) => {
        if (outcome.type === 'error') failure = errorFromWire(outcome.error);
        else if (outcome.type === 'done') over = true;
        else outcomes.push(outcome);
        wake();
      },
      fail: (error) => {
        failure = error;
        // What nobody has read yet is of no use any more.
        outcomes.length = 0;
        wake();
      },
    });
    const abort = (): void => wake();
    signal?.addEventListener('abort', abort);
    try {
      for (;;) {
        if (signal?.aborted === true) return;
        const outcome = outcomes.shift();
        if (outcome !== undefined) yield outcome;
        else if (failure !== undefined) throw failure;
        else if (over) return;
        else await new Promise<void>((resolve) => { wake = resolve; });
      }
    } finally {
      signal?.removeEventListener('abort', abort);
      call.close(over || failure !== undefined);
    }
  }

  async close(): Promise<void> {
    await this.#whole?.catch(() => undefined);
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #add(thread: ComputeThread): ComputeThread {
    this.#threads.push(thread);
    void thread.gone.then(this.#end);
    return thread;
  }

  async #open(weight: number, ask: Ask, listener: Listener): Promise<Call> {
    if (weight > this.#capacity) throw new MinchatError('MC_USAGE', `expected at most ${this.#capacity} answers in one request, found ${weight}`);
    const whole = this.#startWhole === undefined || ask.source.size <= smallModelBytes ? undefined : await this.#wholeThread(this.#startWhole);
    const { answers } = this.load;
    const giving = this.#giving(ask.client, weight, this.#capacity - answers);
    if (giving === undefined) {
      throw new MinchatError('MC_OVERLOADED', `expected room for ${weight} more answers, found ${answers} of ${this.#capacity} places taken`);
    }
    for (const call of giving) call.giveWay();
    const thread = whole ?? this.#lanes.reduce((least, lane) => (lane.answers < least.answers ? lane : least));
    return thread.open(weight, ask, listener);
  }

  /**
   * What has to give way so that a client gets room for more answers: of whoever would still have more than it, the
   * last that was asked for and has not begun, else one that is written and nobody reads. Undefined where that is not enough.
   */
  #giving(client: string, weight: number, free: number): Call[] | undefined {
    const giving: Call[] = [];
    if (free >= weight) return giving;
    const calls = this.#threads.flatMap((thread) => [...thread.calls]);
    const held = new Map<string, number>([[client, weight]]);
    for (const call of calls) held.set(call.client, (held.get(call.client) ?? 0) + call.weight);
    const heldBy = (one: Call): number => held.get(one.client) ?? 0;
    const unread = performance.now() - unreadMs;
    const waiting = [...calls.filter(({ begun }) => !begun).toReversed(), ...calls.filter(({ writtenAt }) => writtenAt < unread)];
    for (let room = free; room < weight; ) {
      const most = waiting.reduce<Call | undefined>((best, call) => (best !== undefined && heldBy(call) <= heldBy(best) ? best : call), undefined);
      if (most === undefined || heldBy(most) <= (held.get(client) ?? 0)) return undefined;
      giving.push(most);
      waiting.splice(waiting.indexOf(most), 1);
      held.set(most.client, heldBy(most) - most.weight);
      room += most.weight;
    }
    return giving;
  }

  async #wholeThread(start: () => Promise<ComputeThread>): Promise<ComputeThread> {
    this.#whole ??= start().then((thread) => this.#add(thread));
    try {
      return await this.#whole;
    } catch (error) {
      // A failure is not kept.
      this.#whole = undefined;
      throw error;
    }
  }
}
