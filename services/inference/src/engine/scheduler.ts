import { setImmediate } from 'node:timers/promises';
import { errorFromWire, errorToWire, type ArtifactRef, type GenerateChunk } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { AnswerTracker } from './answer.ts';
import { embedTexts } from './embed.ts';
import { ModelStore, type LoadedModel } from './model-store.ts';
import { echoPrompt, readPrompt } from './prompt.ts';
import type { ComputeOptions, FromCompute, Outcome, Reading, ToCompute } from './protocol.ts';
import { chunkOf, type Answer, type Started, type Waiting } from './requests.ts';
import { answerSeed, logprobsOf, samplingOf, textDecoder } from './sampling.ts';
import { scoreTexts } from './score.ts';

/** On average between two pieces, whosever they are and whichever lane's: who carries many answers away must not hold up their tokens. */
const pieceMs = 1.5;

/** For each running answer, between two messages to the main thread: every one wakes four processes, which share the processors with the next tokens. */
const messageMs = 1 / 8;

/**
 * The work of the compute thread: continuous batching. Between two tokens requests join the running
 * batch of their model and leave it. First come, first served, but a request whose model is still
 * loading, or whose batch is full, lets those for other models pass; one that waits for a model to be
 * unloaded does not, so that it gets its turn.
 */
export class Scheduler {
  readonly #store: ModelStore;
  readonly #post: (message: FromCompute) => void;
  readonly #streamMs: number;
  readonly #lanes: number;
  readonly #fetching = new Map<string, PromiseWithResolvers<string>>();
  readonly #inbox: ToCompute[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #started = new Map<number, Started>();
  #outbox: Outcome[] = [];
  #tokens = 0;
  /** When the answers' pieces were sent last, all together. */
  #sentAt = -Infinity;
  /** When the last message was posted. */
  #postedAt = -Infinity;
  /** Something happened since the round began: a message, a model loaded. */
  #news = false;
  #wake = (): void => undefined;

  constructor(options: ComputeOptions, post: (message: FromCompute) => void) {
    this.#store = new ModelStore(options, (source) => this.#fetch(source), () => this.#poke());
    this.#post = post;
    this.#streamMs = options.streamMs;
    this.#lanes = options.lanes;
  }

  /** Takes a message of the main thread. It has its effect between two tokens, never during one. */
  take(message: ToCompute): void {
    const fetching = 'digest' in message ? this.#fetching.get(message.digest) : undefined;
    if (message.type === 'fetched') return fetching?.resolve(message.folder);
    if (message.type === 'unfetched') return fetching?.reject(errorFromWire(message.error));
    this.#inbox.push(message);
    this.#poke();
  }

  async #fetch(source: ArtifactRef): Promise<string> {
    const fetching = Promise.withResolvers<string>();
    this.#fetching.set(source.digest, fetching);
    this.#post({ type: 'fetch', source });
    return fetching.promise.finally(() => this.#fetching.delete(source.digest));
  }

  /** Works for ever. */
  async run(): Promise<never> {
    for (;;) {
      this.#news = false;
      for (const message of this.#inbox.splice(0)) this.#read(message);
      const joined = await this.#admit();
      let stepped = false;
      const now = performance.now();
      // Other lanes have as many.
      const running = this.#running() * this.#lanes;
      const due = now - this.#sentAt >= Math.max(this.#streamMs, running * pieceMs);
      if (due) this.#sentAt = now;
      for (const loaded of this.#store.ready()) stepped = (await this.#step(loaded, due)) || stepped;
      if (!stepped || now - this.#postedAt >= running * messageMs) this.#flush(now);
      // Lets messages in: requests join and leave here.
      if (joined || stepped) await setImmediate();
      else if (!this.#news) await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }

  #read(message: ToCompute): void {
    if (message.type === 'cancel') this.#end(message.id);
    else if (message.type === 'read') this.#waiting.push({ id: message.id, source: message.source, work: message.reading });
    else if (message.type === 'generate') this.#waiting.push({ id: message.id, source: message.source, work: { type: 'generate', request: message.request } });
  }

  #poke(): void {
    this.#news = true;
    this.#wake();
  }

  /** Answers that have a slot. */
  #running(): number {
    return this.#store.ready().reduce((sum, { answers }) => sum + answers.size, 0);
  }

  #flush(now: number): void {
    if (this.#outbox.length === 0) return;
    this.#postedAt = now;
    this.#post({ type: 'outcomes', outcomes: this.#outbox, running: this.#running(), tokens: this.#tokens });
    this.#outbox = [];
    this.#tokens = 0;
  }

  /** Starts what can be started. True when an answer got a slot. */
  async #admit(): Promise<boolean> {
    const joining = new Map<LoadedModel, { started: Started; index: number }[]>();
    // A copy: what is begun leaves the list.
    for (const waiting of this.#waiting.slice()) {
      const found = this.#store.find(waiting.source);
      if (found.state === 'full') break;
      if (found.state === 'loading') continue;
      if (found.state === 'failed') {
        this.#fail(waiting.id, found.error);
        continue;
      }
      await this.#begin(waiting, found.loaded);
      const { started } = waiting;
      if (started === undefined) continue;
      const { loaded, request } = started;
      const queue = joining.get(loaded) ?? [];
      let room: number;
      try {
        room = this.#store.batchOf(loaded).free - queue.length;
      } catch (error) {
        // Its cache of keys and values does not fit into memory; others' may.
        this.#fail(waiting.id, error);
        continue;
      }
      joining.set(loaded, queue);
      const count = Math.min(room, request.n - started.next);
      for (let i = 0; i < count; i += 1) queue.push({ started, index: started.next++ });
      if (started.next === request.n) this.#forget(waiting.id);
    }
    this.#store.forgetFailures();
    let joined = false;
    for (const [loaded, queue] of joining) {
      this.#join(loaded, queue);
      joined ||= queue.length > 0;
    }
    return joined;
  }

  /** Reads the prompt of a request whose model is there; a request to score or to embed is done at once. */
  async #begin(waiting: Waiting, loaded: LoadedModel): Promise<void> {
    if (waiting.started !== undefined) return;
    try {
      if (waiting.work.type !== 'generate') {
        this.#outbox.push(await read(waiting.id, loaded, waiting.work));
        this.#forget(waiting.id);
        return;
      }
      const { request } = waiting.work;
      if (loaded.model.head !== 'lm') throw new MinchatError('MC_USAGE', 'expected a model that writes text, found a reward model');
      const prompt = readPrompt(request, loaded.model, loaded.tokenizer);
      const echo = request.echo ? await echoPrompt(request, prompt.ids, loaded.model, loaded.tokenizer) : undefined;
      const empty = request.maxTokens === 0;
      for (let index = 0; index < request.n && echo !== undefined; index += 1) {
        this.#chunk(waiting.id, { index, ...echo, finishReason: empty ? 'length' : '', promptTokens: prompt.ids.length, completionTokens: 0 });
      }
      if (empty) {
        this.#outbox.push({ id: waiting.id, type: 'done' });
        this.#forget(waiting.id);
        return;
      }
      const seed = request.hasSeed ? request.seed : Math.floor(Math.random() * 2 ** 32);
      waiting.started = { id: waiting.id, request, loaded, prompt, seed, running: new Set(), next: 0, over: 0 };
      loaded.users += 1;
      this.#started.set(waiting.id, waiting.started);
    } catch (error) {
      this.#fail(waiting.id, error);
    }
  }

  /** Their prompts are read with the next token of the others. */
  #join(loaded: LoadedModel, queue: readonly { started: Started; index: number }[]): void {
    try {
      const slots = this.#store.batchOf(loaded).admit(queue.map(({ started, index }) => ({
        prompt: started.prompt.ids,
        sampling: samplingOf(started.request, started.prompt, loaded),
        seed: answerSeed(started.seed, index),
      })));
      for (const [place, slot] of slots.entries()) {
        const { started, index } = queue[place]!;
        const tracker = new AnswerTracker({
          decoder: textDecoder(loaded.tokenizer),
          stop: started.request.stop,
          eosIds: loaded.tokenizer.eosIds,
          maxTokens: started.prompt.maxTokens,
        });
        const answer: Answer = { started, slot, index, tracker, begun: false };
        started.running.add(answer);
        loaded.answers.set(slot, answer);
      }
    } catch (error) {
      for (const { started } of queue) this.#fail(started.id, error);
    }
  }

  /** One token for every answer of a model; the pieces of all of them are sent when that is due. */
  async #step(loaded: LoadedModel, due: boolean): Promise<boolean> {
    if (loaded.answers.size === 0) return false;
    let tokens;
    try {
      tokens = await this.#store.batchOf(loaded).step();
    } catch (error) {
      for (const { id } of new Set(Array.from(loaded.answers.values(), ({ started }) => started))) this.#fail(id, error);
      return true;
    }
    for (const { slot, token } of tokens) {
      const answer = loaded.answers.get(slot);
      if (answer === undefined) continue;
      const { tracker, started } = answer;
      this.#tokens += 1;
      try {
        if (started.request.wantLogprobs) tracker.push(token.token, logprobsOf(token));
        else tracker.push(token.token);
        this.#tell(answer, due);
        if (tracker.finish !== undefined) this.#finish(answer);
      } catch (error) {
        // What one request cannot have is no reason to end its neighbours.
        this.#fail(started.id, error);
      }
    }
    return true;
  }

  /**
   * Sends what is new of an answer: the first piece and the last with the next message, those between when they are due,
   * once in `streamMs` and those of all answers together, so that a fast model is not held up by its own
   * messages: whoever they pass through wakes once for all of them.
   */
  #tell(answer: Answer, due: boolean): void {
    const { tracker, begun } = answer;
    if (!tracker.hasNews || (begun && !due && tracker.finish === undefined)) return;
    answer.begun = true;
    this.#chunk(answer.started.id, chunkOf(answer));
  }

  #finish(answer: Answer): void {
    const { started } = answer;
    this.#release(answer);
    started.over += 1;
    if (started.over < started.request.n) return;
    this.#outbox.push({ id: started.id, type: 'done' });
    this.#end(started.id);
  }

  #release(answer: Answer): void {
    const { started, slot } = answer;
    this.#store.batchOf(started.loaded).release(slot);
    started.loaded.answers.delete(slot);
    started.running.delete(answer);
  }

  #fail(id: number, error: unknown): void {
    if (!this.#waiting.some((waiting) => waiting.id === id) && !this.#started.has(id)) return;
    this.#outbox.push({ id, type: 'error', error: errorToWire(error) });
    this.#end(id);
  }

  /** Frees all that a request holds. */
  #end(id: number): void {
    this.#forget(id);
    const started = this.#started.get(id);
    if (started === undefined) return;
    this.#started.delete(id);
    for (const answer of started.running) this.#release(answer);
    started.loaded.users -= 1;
  }

  #forget(id: number): void {
    const place = this.#waiting.findIndex((waiting) => waiting.id === id);
    if (place >= 0) this.#waiting.splice(place, 1);
  }

  #chunk(id: number, chunk: GenerateChunk): void {
    this.#outbox.push({ id, type: 'chunk', chunk });
  }
}

async function read(id: number, loaded: LoadedModel, reading: Reading): Promise<Outcome> {
  if (reading.type === 'score') return { id, type: 'scores', scores: await scoreTexts(loaded, reading.texts) };
  return { id, type: 'embeddings', ...(await embedTexts(loaded, reading.inputs)) };
}
