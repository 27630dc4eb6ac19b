import { setImmediate } from 'node:timers/promises';
import { encode, errorFromWire, errorToWire, GenerateChunk, type ArtifactRef } from '@minchat/contracts';
import { AnswerTracker } from './answer.ts';
import { embedTexts } from './embed.ts';
import { ModelStore } from './model-store.ts';
import { cuttingMs } from './passes.ts';
import { echoPrompt } from './prompt.ts';
import type { ComputeOptions, FromCompute, Outcome, Reading, ToCompute } from './protocol.ts';
import { Readers, type Reader } from './readers.ts';
import { chunkOf, startedOf, type Answer, type Begun, type LoadedModel, type Started, type Waiting } from './requests.ts';
import { answerSeed, logprobsOf, samplingOf, textDecoder } from './sampling.ts';
import { scoreTexts } from './score.ts';
import { inTurns } from './turns.ts';

/** On average between two pieces, whosever they are and whichever lane's: who carries many answers away must not hold up their tokens. */
const pieceMs = 1.5;

/** For each running answer, between two messages to the main thread: every one wakes four processes, which share the processors with the next tokens. */
const messageMs = 1 / 8;

/**
 * The work of the compute thread: continuous batching. Between two tokens requests join the running
 * batch of their model and leave it. Slots go to the client that has the fewest; of one client, first come, first
 * served. A request whose model is still
 * loading, or whose batch is full, lets those for other models pass; where as many models as may be are in use, the one
 * unused for longest takes no more until it has made room. Texts to score, embed or echo are read between two tokens, too,
 * in short passes, one of each client in turn.
 */
export class Scheduler {
  readonly #store: ModelStore;
  readonly #post: (message: FromCompute) => void;
  readonly #streamMs: number;
  readonly #lanes: number;
  readonly #fetching = new Map<string, PromiseWithResolvers<string>>();
  readonly #inbox: ToCompute[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #begun = new Map<number, Begun>();
  /** Those that have more to read. */
  readonly #readers = new Readers();
  /** Those that lack slots for answers. */
  readonly #joining: Started[] = [];
  #outbox: Outcome[] = [];
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
      for (const message of this.#inbox.splice(0)) this.#receive(message);
      this.#begin();
      const joined = this.#join();
      let worked = false;
      const now = performance.now();
      // Other lanes have as many.
      const running = this.#running() * this.#lanes;
      const due = now - this.#sentAt >= Math.max(this.#streamMs, running * pieceMs);
      if (due) this.#sentAt = now;
      for (const loaded of this.#store.ready()) worked = (await this.#step(loaded, due)) || worked;
      const reads = this.#readers.isDue(running > 0);
      // What there is does not wait for a pass over texts, which takes as long as many tokens.
      if (!worked || reads || now - this.#postedAt >= running * messageMs) this.#flush(now);
      if (reads) await this.#readers.pass((id, error) => this.#fail(id, error));
      // Lets messages in: requests join and leave here.
      if (joined || worked || reads) await setImmediate();
      else if (!this.#news) await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }

  #receive(message: ToCompute): void {
    if (message.type === 'cancel') this.#end(message.id);
    else if (message.type === 'ask') this.#waiting.push(message);
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
    this.#post({ type: 'outcomes', outcomes: this.#outbox });
    this.#outbox = [];
  }

  /** Begins the requests whose model is there; where their prompts are long, some in this round and the others in the next ones. */
  #begin(): void {
    const began = performance.now();
    // Models that wait for room, and those that are to make it.
    const held = new Set<string>();
    // A copy: what is begun leaves the list.
    for (const waiting of this.#waiting.slice()) {
      if (performance.now() - began > cuttingMs) {
        this.#news = true;
        return;
      }
      if (held.has(waiting.source.digest)) continue;
      const found = this.#store.find(waiting.source);
      if (found.state === 'full') {
        for (const digest of [waiting.source.digest, this.#store.oldestInUse(held)]) if (digest !== undefined) held.add(digest);
      }
      if (found.state === 'full' || found.state === 'loading') continue;
      try {
        if (found.state === 'failed') throw found.error;
        this.#beginWith(found.loaded, waiting);
      } catch (error) {
        this.#fail(waiting.id, error);
      }
    }
    this.#store.forgetFailures();
  }

  #beginWith(loaded: LoadedModel, { id, client, work }: Waiting): void {
    if (work.type === 'generate') {
      const started = startedOf(id, work.request, loaded);
      this.#hold(started);
      if (started.request.echo) this.#readers.add({ id, client, pass: () => this.#echo(started).then(() => false) });
      else this.#joining.push(started);
    } else {
      this.#hold({ id, client, loaded, running: new Set() });
      this.#readers.add({ id, client, pass: this.#passes(id, loaded, work) });
    }
  }

  #hold(begun: Begun): void {
    remove(this.#waiting, begun.id);
    this.#begun.set(begun.id, begun);
    begun.loaded.users += 1;
  }

  #passes(id: number, loaded: LoadedModel, reading: Reading): Reader['pass'] {
    const pieces = reading.type === 'score' ? scoreTexts(loaded, reading.texts) : embedTexts(loaded, reading.inputs);
    return async () => {
      const { done, value } = await pieces.next();
      if (done === true) this.#done(id);
      else if (value !== undefined) this.#outbox.push({ id, ...value });
      return done !== true;
    };
  }

  /** Sends the prompt back; the answers to it join afterwards. */
  async #echo(started: Started): Promise<void> {
    const { id, request, prompt, loaded } = started;
    const pieces = await echoPrompt(request, prompt, loaded.model, loaded.tokenizer);
    started.echoed = pieces.reduce((sum, { text }) => sum + text.length, 0);
    const empty = request.maxTokens === 0;
    for (let index = 0; index < request.n; index += 1) {
      for (const piece of pieces) {
        this.#chunk(id, { index, ...piece, finishReason: empty && piece === pieces.at(-1) ? 'length' : '', promptTokens: prompt.ids.length, completionTokens: 0 });
      }
    }
    if (empty) this.#done(id);
    else this.#joining.push(started);
  }

  /** Gives slots to answers, as far as there are any. Whether one got one. */
  #join(): boolean {
    let joined = false;
    for (const [loaded, waiting] of Map.groupBy(this.#joining, (started) => started.loaded)) {
      try {
        const joining = inTurns(waiting, loaded, this.#store.batchOf(loaded).free);
        for (const { id, next, request } of waiting) if (next === request.n) remove(this.#joining, id);
        if (joining.length > 0) this.#admit(loaded, joining);
        joined ||= joining.length > 0;
      } catch (error) {
        // Its cache of keys and values does not fit into memory; others' may.
        for (const { id } of waiting) this.#fail(id, error);
      }
    }
    return joined;
  }

  /** Their prompts are read with the next token of the others. */
  #admit(loaded: LoadedModel, queue: readonly { started: Started; index: number }[]): void {
    try {
      const slots = this.#store.batchOf(loaded).admit(queue.map(({ started, index }) => ({
        prompt: started.prompt.ids,
        sampling: samplingOf(started.request, started.prompt, loaded),
        seed: answerSeed(started.seed, index),
      })));
      for (const [place, slot] of slots.entries()) {
        const { started, index } = queue[place]!;
        const tracker = new AnswerTracker({
          decoder: textDecoder(loaded.tokenizer, started.request.chat === undefined && started.prompt.ids.length > started.prompt.added),
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
    if (started.over === started.request.n) this.#done(started.id);
  }

  #done(id: number): void {
    this.#outbox.push({ id, type: 'done' });
    this.#end(id);
  }

  #release(answer: Answer): void {
    const { started, slot } = answer;
    this.#store.batchOf(started.loaded).release(slot);
    started.loaded.answers.delete(slot);
    started.running.delete(answer);
  }

  #fail(id: number, error: unknown): void {
    if (!this.#waiting.some((waiting) => waiting.id === id) && !this.#begun.has(id)) return;
    this.#outbox.push({ id, type: 'error', error: errorToWire(error) });
    this.#end(id);
  }

  /** Frees all that a request holds. */
  #end(id: number): void {
    remove(this.#waiting, id);
    this.#readers.remove(id);
    remove(this.#joining, id);
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    this.#begun.delete(id);
    for (const answer of begun.running) this.#release(answer);
    begun.loaded.users -= 1;
  }

  #chunk(id: number, chunk: GenerateChunk): void {
    // A copy: what is encoded lies in a larger buffer, which would go with it.
    this.#outbox.push({ id, type: 'chunk', chunk: chunk.tokens.length === 0 ? chunk : new Uint8Array(encode(GenerateChunk, chunk)) });
  }
}

function remove(list: { id: number }[], id: number): void {
  const place = list.findIndex((one) => one.id === id);
  if (place >= 0) list.splice(place, 1);
}
