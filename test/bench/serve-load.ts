import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

// Clients that stream as OpenAI's do, and cost little: on a small machine they share the processors
// with what they measure. So they speak HTTP by hand, and look at the ends of an answer only.

export interface Ask {
  readonly tokens: readonly number[];
  readonly maxTokens: number;
  readonly seed: number;
}

export interface Streamed {
  /** Milliseconds until the first piece of the answer. */
  readonly first: number;
  readonly total: number;
  readonly tokens: number;
}

/** The chunk that ends a body. */
const lastChunk = '\r\n0\r\n\r\n';
/** The end tells the counts; what came before need not be kept. */
const keptBytes = 500;

/** One connection, one request after the other. */
export class StreamClient {
  readonly #socket: Socket;
  readonly #head: string;
  #answer: { began: number; first: number; status: string; tail: Buffer; resolve(answer: Streamed): void; reject(error: Error): void } | undefined;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#head = `POST /v1/completions HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: `;
    socket.on('data', (data) => this.#take(data));
    socket.on('close', () => this.#fail('the connection was closed'));
    socket.on('error', (error) => this.#fail(String(error)));
  }

  static async open(url: URL): Promise<StreamClient> {
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    await once(socket, 'connect');
    return new StreamClient(socket, url.host);
  }

  /** One streamed completion. Rejects when it is refused, or the connection or the stream breaks. */
  ask({ tokens, maxTokens, seed }: Ask): Promise<Streamed> {
    const body = JSON.stringify({ model: 'tiny/pretrain', prompt: tokens, max_tokens: maxTokens, seed, stream: true, stream_options: { include_usage: true } });
    return new Promise((resolve, reject) => {
      this.#answer = { began: performance.now(), first: 0, status: '', tail: Buffer.alloc(0), resolve, reject };
      this.#socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    // The gateway sends the head with the first piece.
    if (answer.first === 0) {
      answer.first = performance.now() - answer.began;
      answer.status = data.toString('latin1', 9, 12);
      if (answer.status !== '200') return this.#fail(`status ${answer.status}: ${data.toString('latin1').slice(-keptBytes)}`);
    }
    answer.tail = data.length >= keptBytes ? data.subarray(-keptBytes) : Buffer.concat([answer.tail, data]).subarray(-keptBytes);
    const end = answer.tail.toString('latin1');
    if (!end.endsWith(lastChunk)) return;
    const counted = /"completion_tokens":(\d+)/.exec(end)?.[1];
    if (counted === undefined || !end.includes('data: [DONE]\n\n')) return this.#fail(`an answer without its end: ${end}`);
    this.#answer = undefined;
    answer.resolve({ first: answer.first, total: performance.now() - answer.began, tokens: Number(counted) });
  }

  #fail(reason: string): void {
    this.#answer?.reject(new Error(reason));
    this.#answer = undefined;
  }
}

export interface Load {
  readonly clients: number;
  /** Requests of each client, one after the other. */
  readonly requests: number;
  readonly prompt: number;
  readonly new: number;
  readonly vocab: number;
}

export interface LoadResult {
  readonly errors: number;
  readonly firstError: string;
  readonly seconds: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly firstTokenMs: { readonly p50: number; readonly p95: number };
  /** Tokens a second of the slowest client over those of the fastest. */
  readonly fairness: number;
}

/** So many clients at once, each asking again as soon as it has its answer. */
export async function drive(url: URL, load: Load): Promise<LoadResult> {
  const firsts: number[] = [];
  let errors = 0;
  let firstError = '';
  const drivers = await Promise.all(Array.from({ length: load.clients }, () => StreamClient.open(url)));
  const began = performance.now();
  const client = async (driver: StreamClient, number: number): Promise<{ tokens: number; rate: number }> => {
    let tokens = 0;
    const own = performance.now();
    for (let i = 0; i < load.requests; i += 1) {
      const seed = number * 10_007 + i;
      const prompt = Array.from({ length: load.prompt }, (_, place) => 10 + ((seed * 31 + place * 17) % (load.vocab - 10)));
      try {
        const answer = await driver.ask({ tokens: prompt, maxTokens: load.new, seed });
        tokens += answer.tokens;
        firsts.push(answer.first);
      } catch (error) {
        errors += 1;
        firstError ||= String(error);
      }
    }
    return { tokens, rate: tokens / (performance.now() - own) };
  };
  const clients = await Promise.all(drivers.map(client));
  const seconds = (performance.now() - began) / 1000;
  for (const driver of drivers) driver.close();
  const tokens = clients.reduce((sum, one) => sum + one.tokens, 0);
  const rates = clients.map((one) => one.rate);
  firsts.sort((a, b) => a - b);
  const at = (share: number): number => Number((firsts[Math.min(firsts.length - 1, Math.floor(firsts.length * share))] ?? NaN).toFixed(1));
  return {
    errors,
    firstError,
    seconds: Number(seconds.toFixed(2)),
    tokens,
    tokensPerSecond: Math.round(tokens / seconds),
    firstTokenMs: { p50: at(0.5), p95: at(0.95) },
    fairness: Number((Math.min(...rates) / Math.max(...rates)).toFixed(3)),
  };
}
