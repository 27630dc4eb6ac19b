import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asManyAsFit, create, encode, GenerateChunk, GenerateRequest, type ArtifactRef, type EmbedInput, type Init, type ScoredText } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { startBackend } from '@minchat/model';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeTinyModels } from '../testing.ts';
import { Engine, smallModelBytes } from './engine.ts';

let folder: string;
const folders = new Map<string, string>();
let fetched = 0;
const fetch = async ({ digest }: ArtifactRef): Promise<string> => {
  fetched += 1;
  const found = folders.get(digest);
  if (found === undefined) throw new MinchatError('MC_ARTIFACT_MISSING', `expected ${digest}`);
  return found;
};
let engine: Engine;
let model: ArtifactRef;
let other: ArtifactRef;
let reward: ArtifactRef;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-engine-'));
  await startBackend('cpu');
  const first = await writeTinyModels(join(folder, 'a'));
  const second = await writeTinyModels(join(folder, 'b'), { seed: 2 });
  const known = (path: string, kind = 'model'): ArtifactRef => {
    folders.set(path, path);
    return { kind, digest: path, size: 0, scope: '' };
  };
  model = known(first.model);
  reward = known(first.reward, 'reward-model');
  other = known(second.model);
  process.env['MINCHAT_BACKEND'] = 'wasm';
  engine = await Engine.start({ slots: 4, queue: 8, models: 2, kvBytes: 2 ** 26, streamMs: 0, lanes: 1, fetch });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

function request(init: Init<GenerateRequest>): GenerateRequest {
  return create(GenerateRequest, { requestId: 'r', model: { kind: 'model', digest: `sha256:${'0'.repeat(64)}` }, text: 'the cat', maxTokens: 12, temperature: 1, topP: 1, n: 1, ...init });
}

async function collect(source: ArtifactRef, init: Init<GenerateRequest>, on: Engine = engine): Promise<{ text: string[]; chunks: GenerateChunk[]; finish: string[] }> {
  const chunks = await Array.fromAsync(on.generate(source, request(init)));
  const n = init.n ?? 1;
  const of = (index: number): GenerateChunk[] => chunks.filter((chunk) => chunk.index === index);
  return {
    chunks,
    text: Array.from({ length: n }, (_, index) => of(index).map((chunk) => chunk.text).join('')),
    finish: Array.from({ length: n }, (_, index) => of(index).at(-1)?.finishReason ?? ''),
  };
}

async function score(source: ArtifactRef, texts: ScoredText[]): Promise<number[]> {
  return (await Array.fromAsync(engine.score(source, { texts, client: '' }))).flatMap(({ scores }) => scores);
}

async function embed(source: ArtifactRef, inputs: EmbedInput[]): Promise<{ embeddings: number[][]; promptTokens: number }> {
  const pieces = await Array.fromAsync(engine.embed(source, { inputs, client: '' }));
  return { embeddings: pieces.flatMap(({ embeddings }) => embeddings), promptTokens: pieces.reduce((sum, { promptTokens }) => sum + promptTokens, 0) };
}

describe('Engine', () => {
  it('gives the same answer for the same seed, whatever runs beside it', async () => {
    const init = { hasSeed: true, seed: 7, maxTokens: 20 };
    const alone = await collect(model, init);
    const [, among, , again] = await Promise.all([
      collect(model, { text: 'a much longer prompt than the other: what is the capital', n: 2 }),
      collect(model, init),
      collect(model, { text: 'x', temperature: 0 }),
      collect(model, init),
    ]);
    expect(among.text).toEqual(alone.text);
    expect(again.text).toEqual(alone.text);
    expect((await collect(model, { ...init, seed: 8 })).text).not.toEqual(alone.text);
  });

  it('gives n answers with streams of their own; the first is that of n = 1', async () => {
    const three = await collect(model, { hasSeed: true, seed: 3, n: 3 });
    expect(new Set(three.text).size).toBe(3);
    expect((await collect(model, { hasSeed: true, seed: 3 })).text[0]).toBe(three.text[0]);
  });

  it('serves more answers than there are slots, and counts tokens', async () => {
    const eight = await collect(model, { n: 8, maxTokens: 5 });
    expect(eight.finish.every((finish) => finish === 'stop' || finish === 'length')).toBe(true);
    expect(eight.chunks.at(-1)?.promptTokens).toBeGreaterThan(0);
    for (const chunk of eight.chunks) expect(chunk.completionTokens).toBeLessThanOrEqual(5);
  });

  it('keeps what nobody has read yet small, log-probabilities too', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const held = (): number => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const answers = engine.generate(model, request({ n: 8, maxTokens: 50, wantLogprobs: true, topLogprobs: 20, logitBias: [{ token: 100, bias: 100 }] }));
    const first = await answers.next();
    const before = held();
    // Its turn comes when all of them are written.
    await collect(model, { maxTokens: 1 });
    expect((held() - before) / (8 * 50)).toBeLessThan(1000);
    const rest = await Array.fromAsync(answers);
    expect([first.value as GenerateChunk, ...rest].flatMap(({ tokens }) => tokens)).toHaveLength(8 * 50);
  });

  it('ends before a stop string', async () => {
    const whole = (await collect(model, { temperature: 0, maxTokens: 20 })).text[0] ?? '';
    const stop = whole.slice(4, 7);
    const cut = await collect(model, { temperature: 0, maxTokens: 20, stop: [stop] });
    expect(cut.text[0]).toBe(whole.slice(0, whole.indexOf(stop)));
    expect(cut.finish).toEqual(['stop']);
  });

  it('tells log-probabilities that add up, and follows a bias', async () => {
    const { chunks } = await collect(model, { temperature: 0, wantLogprobs: true, topLogprobs: 3, maxTokens: 4 });
    const tokens = chunks.flatMap((chunk) => chunk.tokens);
    expect(tokens).toHaveLength(4);
    for (const token of tokens) {
      expect(token.top).toHaveLength(3);
      expect(token.logprob).toBeCloseTo(token.top[0]?.logprob ?? 0, 5);
      expect(token.logprob).toBeLessThan(0);
    }
    const biased = await collect(model, { temperature: 0, logitBias: [{ token: 100, bias: 100 }], wantLogprobs: true, maxTokens: 3 });
    expect(biased.chunks.flatMap((chunk) => chunk.tokens.map((token) => token.token))).toEqual([100, 100, 100]);
  });

  it('echoes the prompt with its log-probabilities, also without an answer', async () => {
    const { chunks, text, finish } = await collect(model, { echo: true, wantLogprobs: true, topLogprobs: 1, maxTokens: 0 });
    expect(text).toEqual(['the cat']);
    expect(finish).toEqual(['length']);
    const tokens = chunks[0]?.tokens ?? [];
    expect(tokens.map((token) => token.text).join('')).toBe('the cat');
    expect(tokens[0]?.logprob).toBe(0);
    expect(tokens[1]?.logprob).toBeLessThanOrEqual(tokens[1]?.top[0]?.logprob ?? 0);
    const chat = await collect(model, { text: undefined, chat: { messages: [{ role: 'user', content: 'the cat' }] }, echo: true, maxTokens: 0 });
    expect(chat.text).toEqual(['the cat']);
  });

  it('echoes a long prompt in pieces that fit in a message, characters in one', async () => {
    const { model: path } = await writeTinyModels(join(folder, 'long'), { context: 8192, layers: 1 });
    folders.set(path, path);
    const long: ArtifactRef = { ...model, digest: path };
    const prompt = '日本 the cat, 😀'.repeat(250);
    for (const wanted of [{ wantLogprobs: true, topLogprobs: 5 }, {}]) {
      const { chunks, text, finish } = await collect(long, { text: prompt, echo: true, n: 2, maxTokens: 0, ...wanted });
      expect(text).toEqual([prompt, prompt]);
      expect(finish).toEqual(['length', 'length']);
      for (const chunk of chunks) encode(GenerateChunk, chunk);
    }
    const { chunks } = await collect(long, { text: prompt, echo: true, wantLogprobs: true, topLogprobs: 5, maxTokens: 4, logitBias: [{ token: 100, bias: 100 }] });
    const echoed = chunks.filter(({ completionTokens }) => completionTokens === 0);
    expect(echoed.length).toBeGreaterThan(1);
    expect(echoed.flatMap(({ tokens }) => tokens)).toHaveLength(echoed[0]?.promptTokens ?? 0);
    expect(chunks.flatMap(({ tokens }) => tokens).find(({ token }) => token === 100)?.textOffset).toBe(prompt.length);
  });

  it('puts a BOS before a text where the tokenizer has one, once, and echoes only what the caller wrote', async () => {
    const { model: path } = await writeTinyModels(join(folder, 'bos'));
    const file = join(path, 'tokenizer.json');
    const json = JSON.parse(await readFile(file, 'utf8')) as { post_processor: unknown };
    const bos = 3; // <|system|>
    json.post_processor = { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }], pair: [], special_tokens: { '<s>': { id: '<s>', ids: [bos], tokens: ['<|system|>'] } } };
    await writeFile(file, JSON.stringify(json));
    folders.set(path, path);
    const withBos: ArtifactRef = { ...model, digest: path };
    const options = { temperature: 0, echo: true, wantLogprobs: true, maxTokens: 4 };
    const plain = await collect(model, options);
    const ids = (plain.chunks[0]?.tokens ?? []).map(({ token }) => token);
    const asIds = await collect(withBos, { ...options, text: undefined, tokens: { tokens: [bos, ...ids] } });
    for (const text of ['the cat', '<|system|>the cat']) {
      const read = await collect(withBos, { ...options, text });
      expect(read.chunks.at(-1)?.promptTokens).toBe(ids.length + 1);
      expect(read.text[0]?.endsWith(asIds.text[0]?.slice('<|system|>'.length) ?? '?')).toBe(true);
      expect(read.text[0]?.startsWith(text)).toBe(true);
    }
    const [first] = (await collect(withBos, options)).chunks[0]?.tokens ?? [];
    expect(first).toMatchObject({ token: ids[0], textOffset: 0 });
    expect(first?.logprob).toBeLessThan(0);
    expect((await embed(withBos, [{ text: 'the cat' }])).embeddings).toEqual((await embed(withBos, [{ tokens: { tokens: [bos, ...ids] } }])).embeddings);
    expect((await collect(withBos, { text: '', maxTokens: 1 })).chunks.at(-1)?.promptTokens).toBe(1);
  });

  it('with a tokenizer of SentencePiece\'s kind a text goes on with its space, and an answer begins without', async () => {
    const { model: path } = await writeTinyModels(join(folder, 'pieces'));
    const file = join(path, 'tokenizer.json');
    const json = JSON.parse((await readFile(file, 'utf8')).replaceAll('Ġ', '▁')) as Record<string, unknown> & { model: { vocab: Record<string, number> } };
    Object.assign(json, {
      normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
      pre_tokenizer: null,
      post_processor: null,
      decoder: { type: 'Sequence', decoders: [{ type: 'Replace', pattern: { String: '▁' }, content: ' ' }, { type: 'ByteFallback' }, { type: 'Fuse' }, { type: 'Strip', content: ' ', start: 1, stop: 0 }] },
    });
    await writeFile(file, JSON.stringify(json));
    folders.set(path, path);
    const pieces: ArtifactRef = { ...model, digest: path };
    const options = { maxTokens: 2, logitBias: [{ token: json.model.vocab['▁the'] ?? 0, bias: 1000 }] };
    expect((await collect(pieces, { ...options, text: 'the cat' })).text).toEqual([' the the']);
    expect((await collect(pieces, { ...options, text: 'the cat', echo: true })).text).toEqual(['the cat the the']);
    expect((await collect(pieces, { ...options, text: '' })).text).toEqual(['the the']);
    expect((await collect(pieces, { ...options, text: undefined, chat: { messages: [{ role: 'user', content: 'the cat' }] } })).text).toEqual(['the the']);
  });

  it('agrees with itself: log-probabilities while writing and when scoring the same text', async () => {
    const first = await collect(model, { temperature: 0, wantLogprobs: true, maxTokens: 6 });
    const wrote = first.chunks.flatMap((chunk) => chunk.tokens);
    const prompt = await collect(model, { echo: true, wantLogprobs: true, maxTokens: 0 });
    const ids = [...(prompt.chunks[0]?.tokens ?? []), ...wrote].map((token) => token.token);
    const scored = await collect(model, { text: undefined, tokens: { tokens: ids }, echo: true, wantLogprobs: true, maxTokens: 0 });
    const tail = (scored.chunks[0]?.tokens ?? []).slice(-wrote.length);
    for (const [i, token] of tail.entries()) expect(token.logprob).toBeCloseTo(wrote[i]?.logprob ?? 0, 3);
  });

  it('refuses what does not fit', async () => {
    await expect(collect(model, { maxTokens: 64 })).rejects.toMatchObject({ code: 'MC_CONTEXT_LENGTH' });
    // Nobody waits until a megabyte is cut into tokens.
    const endless = 'the cat '.repeat(2 ** 17);
    const refused = { code: 'MC_CONTEXT_LENGTH', message: expect.stringMatching(/at most 64 tokens, found at least \d+/) as string };
    await expect(collect(model, { text: endless })).rejects.toMatchObject(refused);
    await expect(collect(model, { text: undefined, chat: { messages: [{ role: 'user', content: endless }] } })).rejects.toMatchObject(refused);
    await expect(score(reward, [{ messages: [], completion: endless }])).rejects.toMatchObject(refused);
    await expect(embed(model, [{ text: endless }])).rejects.toMatchObject(refused);
    await expect(collect(model, { text: undefined, tokens: { tokens: [9999] } })).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(collect(model, { maxTokens: 0 })).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(collect(reward, {})).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(collect({ ...model, digest: 'none' }, {})).rejects.toMatchObject({ code: 'MC_ARTIFACT_MISSING' });
    expect((await collect(model, {})).finish).toHaveLength(1);
  });

  it('fills the context when asked for as many tokens as fit', async () => {
    const { chunks } = await collect(model, { maxTokens: 0xffff_ffff, logitBias: [{ token: 100, bias: 100 }] });
    const last = chunks.at(-1);
    expect((last?.promptTokens ?? 0) + (last?.completionTokens ?? 0)).toBe(64);
  });

  it('bounds its queue, and frees the places of a client that leaves', async () => {
    const abort = new AbortController();
    const long = { maxTokens: 50, n: 12, logitBias: [{ token: 100, bias: 100 }] };
    const running = engine.generate(model, request(long), abort.signal);
    await running.next();
    await expect(collect(model, {})).rejects.toMatchObject({ code: 'MC_OVERLOADED' });
    abort.abort();
    expect(await running.next()).toEqual({ done: true, value: undefined });
    expect(engine.load.answers).toBe(0);
    // Every slot is free again at once: four answers of one token need no other to end.
    expect((await collect(model, { n: 4, maxTokens: 1 })).finish).toHaveLength(4);
    await expect(collect(model, { n: 13 })).rejects.toMatchObject({ code: 'MC_USAGE' });
  });

  it('has room for who has few answers where somebody else has them all: the last of those that wait give way', async () => {
    const long = { maxTokens: 50, logitBias: [{ token: 100, bias: 100 }] };
    const end = (asked: ReturnType<typeof collect>): Promise<string> => asked.then(() => 'answered', (error: { code: string }) => error.code);
    const many = Array.from({ length: 12 }, () => end(collect(model, { ...long, client: 'many' })));
    expect(engine.load.answers).toBe(12);
    expect(await end(collect(model, { client: 'few', n: 3, maxTokens: 1 }))).toBe('answered');
    expect(await Promise.all(many)).toEqual([...Array.from({ length: 9 }, () => 'answered'), ...Array.from({ length: 3 }, () => 'MC_OVERLOADED')]);
    // Nobody gives way to who has as many.
    const even = ['a', 'b', 'c'].map((client) => end(collect(model, { ...long, client, n: 6 })));
    expect(await Promise.all(even)).toEqual(['answered', 'answered', 'MC_OVERLOADED']);
  });

  it('has room beside who does not read what was written for it', async () => {
    const end = (asked: Promise<unknown>): Promise<string> => asked.then(() => 'answered', (error: { code: string }) => error.code);
    const unread = engine.generate(model, request({ client: 'many', n: 12, maxTokens: 20, logitBias: [{ token: 100, bias: 100 }] }));
    await unread.next();
    const few = (): Promise<string> => end(collect(model, { client: 'few', maxTokens: 1 }));
    // It may be reading.
    expect(await few()).toBe('MC_OVERLOADED');
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      await expect.poll(() => {
        vi.advanceTimersByTime(60_000);
        return few();
      }).toBe('answered');
    } finally {
      vi.useRealTimers();
    }
    expect(await end(Array.fromAsync(unread))).toBe('MC_OVERLOADED');
    expect(engine.load.answers).toBe(0);
  });

  it('unloads the model unused for longest when a third is asked for, while all are in demand', async () => {
    const results = await Promise.all([model, other, reward, model, other].map((source) => (source === reward ? score(source, [{ messages: [], completion: 'the cat' }]) : collect(source, { maxTokens: 8 }))));
    expect(results).toHaveLength(5);
  });

  it('scores texts, the same alone and together', async () => {
    const texts = ['the cat', 'Paris.', 'one two three four'].map((completion) => ({ messages: [{ role: 'user', content: 'what?' }], completion }));
    const together = await score(reward, texts);
    const alone = await score(reward, texts.slice(1, 2));
    expect(together).toHaveLength(3);
    expect(alone[0]).toBeCloseTo(together[1] ?? 0, 4);
    await expect(score(model, texts)).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(score(reward, [{ messages: [], completion: 'x '.repeat(100) }])).rejects.toMatchObject({ code: 'MC_CONTEXT_LENGTH' });
  });

  it('gives a model with a long context as much of it as leaves room for four answers, and says so where a text is longer', async () => {
    const { model: path, reward: scoring } = await writeTinyModels(join(folder, 'reaching'), { context: 8192 });
    const [reaching, judge] = [path, scoring].map((digest) => (folders.set(digest, digest), digest));
    // A token's keys and values take 2 layers * 2 * 32 * 4 bytes.
    const small = await Engine.start({ slots: 64, queue: 8, models: 1, kvBytes: 4 * 1500 * 512, streamMs: 0, lanes: 1, fetch });
    const source: ArtifactRef = { ...model, digest: reaching ?? '' };
    const ids = (length: number) => ({ tokens: { tokens: Array.from({ length }, (_, i) => 65 + (i % 20)) } });
    const bias = [{ token: 100, bias: 100 }];
    const { chunks, finish } = await collect(source, { text: undefined, ...ids(1490), maxTokens: asManyAsFit, n: 5, logitBias: bias }, small);
    expect([finish, chunks.at(-1)?.completionTokens]).toEqual([Array(5).fill('length'), 10]);
    const refused = { code: 'MC_CONTEXT_LENGTH', message: expect.stringContaining("1500 tokens (of the model's 8192: INFERENCE_KV_MB has room for no more), found") as string };
    await expect(collect(source, { text: undefined, ...ids(1490), maxTokens: 11 }, small)).rejects.toMatchObject(refused);
    await expect(collect(source, { text: 'zq'.repeat(30_000) }, small)).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(small.embed(source, { inputs: [ids(1501)], client: '' }))).rejects.toMatchObject(refused);
    await expect(Array.fromAsync(small.score({ ...reward, digest: judge ?? '' }, { texts: [{ messages: [], completion: 'z q '.repeat(600) }], client: '' }))).rejects.toMatchObject(refused);
    await small.close();
  });

  it('embeds texts as vectors of length 1, the same alone and beside longer ones', async () => {
    const inputs = [{ text: 'the cat' }, { text: 'what is the capital of France? Paris.' }, { tokens: { tokens: [40, 41] } }, { text: '' }];
    const { embeddings, promptTokens } = await embed(model, inputs);
    expect(embeddings.map((vector) => vector.length)).toEqual([32, 32, 32, 32]);
    for (const vector of embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(promptTokens).toBeGreaterThan(4);
    const alone = await embed(model, inputs.slice(0, 1));
    for (const [i, value] of (alone.embeddings[0] ?? []).entries()) expect(value).toBeCloseTo(embeddings[0]?.[i] ?? NaN, 4);
    await expect(embed(reward, inputs)).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(embed(model, [{ tokens: { tokens: [9999] } }])).rejects.toMatchObject({ code: 'MC_USAGE' });
    await expect(embed(model, [{ text: 'x '.repeat(100) }])).rejects.toMatchObject({ code: 'MC_CONTEXT_LENGTH' });
  });

  it('sends the pieces between the first and the last together, and loads a model once', async () => {
    const before = fetched;
    const one = await Engine.start({ slots: 4, queue: 8, models: 1, kvBytes: 2 ** 26, streamMs: 60_000, lanes: 1, fetch });
    const init = { hasSeed: true, seed: 7, maxTokens: 20, wantLogprobs: true, topLogprobs: 1, logitBias: [{ token: 0, bias: -100 }, { token: 4, bias: -100 }] };
    const [together, apart] = [await collect(model, { ...init, n: 2 }, one), await collect(model, { ...init, n: 2 })];
    expect(together.text).toEqual(apart.text);
    expect(together.chunks).toHaveLength(4);
    const tokens = ({ chunks }: { chunks: GenerateChunk[] }, index: number) => chunks.filter((chunk) => chunk.index === index).flatMap((chunk) => chunk.tokens.map((token) => token.token));
    expect([tokens(together, 0), tokens(together, 1)]).toEqual([tokens(apart, 0), tokens(apart, 1)]);
    await collect(model, init, one);
    expect(fetched).toBe(before + 1);
    await one.close();
  });

  it('fails what runs when its thread is gone', async () => {
    const one = await Engine.start({ slots: 2, queue: 2, models: 1, kvBytes: 2 ** 26, streamMs: 0, lanes: 1, fetch });
    const running = collect(model, { maxTokens: 60, logitBias: [{ token: 100, bias: 100 }] }, one);
    await Promise.all([one.close(), expect(running).rejects.toMatchObject({ code: 'MC_SERVICE_UNAVAILABLE' })]);
    await expect(one.gone).resolves.toBeInstanceOf(Error);
  });

  it('shares the answers of a small model among its lanes, the same whichever it was, and leaves large ones to one thread', async () => {
    const before = fetched;
    const lanes = await Engine.start({ slots: 4, queue: 8, models: 1, kvBytes: 2 ** 26, streamMs: 0, lanes: 2, fetch });
    const init = { hasSeed: true, seed: 7, maxTokens: 20 };
    const alone = await collect(model, init);
    const both = await Promise.all([collect(model, init, lanes), collect(model, init, lanes)]);
    for (const { text } of both) expect(text).toEqual(alone.text);
    // Each lane has loaded it.
    expect(fetched - before).toBe(2);
    const large = { ...model, size: smallModelBytes + 1 };
    expect((await collect(large, init, lanes)).text).toEqual(alone.text);
    expect(fetched - before).toBe(3);
    expect(lanes.load).toMatchObject({ answers: 0, capacity: 12 });
    // All threads share the places.
    const abort = new AbortController();
    const long = { maxTokens: 50, n: 12, logitBias: [{ token: 100, bias: 100 }] };
    const running = lanes.generate(large, request(long), abort.signal);
    await running.next();
    await expect(collect(model, {}, lanes)).rejects.toMatchObject({ code: 'MC_OVERLOADED' });
    abort.abort();
    await running.next();
    await lanes.close();
  });
});
