import { Agent, request } from 'node:http';

// Clients that stream as OpenAI's do, and cost little: on a small machine they share the processors
// with what they measure.

export interface Ask {
  readonly tokens: readonly number[];
  readonly maxTokens: number;
  readonly seed: number;
}

export interface Streamed {
  readonly status: number;
  /** Milliseconds until the first piece of the answer. */
  readonly first: number;
  readonly total: number;
  readonly tokens: number;
}

/** One streamed completion. Rejects when the connection or the stream breaks. */
export function streamOnce(url: URL, agent: Agent, { tokens, maxTokens, seed }: Ask): Promise<Streamed> {
  const body = JSON.stringify({ model: 'tiny/pretrain', prompt: tokens, max_tokens: maxTokens, seed, stream: true, stream_options: { include_usage: true } });
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let first = 0;
    let last = '';
    const asked = request(new URL('/v1/completions', url), { agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.setEncoding('latin1');
      response.on('data', (text: string) => {
        if (first === 0) first = performance.now() - began;
        // The end tells the counts; what came before need not be kept.
        last = (last + text).slice(-400);
      });
      response.on('error', reject);
      response.on('end', () => {
        const counted = /"completion_tokens":(\d+)/.exec(last)?.[1];
        if (response.statusCode !== 200 || counted === undefined || !last.endsWith('data: [DONE]\n\n')) reject(new Error(`status ${String(response.statusCode)}: ${last}`));
        else resolve({ status: 200, first, total: performance.now() - began, tokens: Number(counted) });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
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
  const agent = new Agent({ keepAlive: true, maxSockets: load.clients });
  const firsts: number[] = [];
  let errors = 0;
  let firstError = '';
  const began = performance.now();
  const client = async (number: number): Promise<{ tokens: number; rate: number }> => {
    let tokens = 0;
    const own = performance.now();
    for (let i = 0; i < load.requests; i += 1) {
      const seed = number * 10_007 + i;
      const prompt = Array.from({ length: load.prompt }, (_, place) => 10 + ((seed * 31 + place * 17) % (load.vocab - 10)));
      try {
        const answer = await streamOnce(url, agent, { tokens: prompt, maxTokens: load.new, seed });
        tokens += answer.tokens;
        firsts.push(answer.first);
      } catch (error) {
        errors += 1;
        firstError ||= String(error);
      }
    }
    return { tokens, rate: tokens / (performance.now() - own) };
  };
  const clients = await Promise.all(Array.from({ length: load.clients }, (_, number) => client(number)));
  const seconds = (performance.now() - began) / 1000;
  agent.destroy();
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
