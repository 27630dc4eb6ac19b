// npm run bench -- serve: the house's own nats, coordinator, inference and gateway as processes, and
// clients on loopback that stream from them, beside the same batch in `bench generate`.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { connectBus } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { readComputeEnv } from '@minchat/config';
import { writeTinyModels } from '@minchat/inference/testing';
import { Random, startBackend } from '@minchat/model';
import { createLogger } from '@minchat/telemetry';
import { startService, type ServiceProcess } from '../src/api/process.ts';
import { putTinyRun } from '../src/api/support.ts';
import { median } from './measure.ts';
import { threadNanoseconds } from './processor.ts';
import { drive, type LoadResult } from './serve-load.ts';

/** The quickstart's model: random weights are as fast as trained ones. */
const model = { layers: 4, heads: 4, width: 128, context: 128, vocab: 768 };
const counts = { clients: 64, requests: 24, rounds: 5, prompt: 32, new: 96, memory: 0 } as const;

const usage = `usage: npm run bench -- serve [options]
  --clients ${counts.clients}    clients that stream at once
  --requests ${counts.requests}    requests of each, one after the other
  --rounds ${counts.rounds}      times that this is measured, with bench generate before and after; medians are told
  --prompt ${counts.prompt} --new ${counts.new}   tokens of a prompt, and of an answer at most
  --memory 10000  also: memory of inference and gateway over so many requests
  --backend NAME  native, wasm, ... (default: the first that works)
  --profile DIR   CPU profiles of inference and gateway
  --json          one JSON line`;

export async function serveBench(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: { ...Object.fromEntries([...Object.keys(counts), 'backend', 'profile'].map((name) => [name, { type: 'string' as const }])), json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  const given = values as Record<string, string | boolean | undefined>;
  if (given['help'] === true) return void process.stdout.write(`${usage}\n`);
  const count = (name: keyof typeof counts): number => Number(given[name] ?? counts[name]);
  const options = { clients: count('clients'), requests: count('requests'), rounds: count('rounds'), prompt: count('prompt'), new: count('new'), memory: count('memory') };
  if (Object.values(options).some((value) => !Number.isInteger(value) || value < 0)) throw new Error('expected whole numbers');
  const backend = typeof given['backend'] === 'string' ? given['backend'] : readComputeEnv().MINCHAT_BACKEND;
  const json = given['json'] === true;
  const say = (text: string): void => void (json || process.stdout.write(`${text}\n`));

  await using system = await startSystem(backend, typeof given['profile'] === 'string' ? given['profile'] : undefined);
  const alone = (): number => generateAlone(backend, options);
  const warm = { ...options, vocab: model.vocab };
  await drive(system.url, { ...warm, clients: 8, requests: 4 });
  const few = await drive(system.url, { ...warm, clients: 8, requests: 20 });
  say(`8 clients:  ${tell(few)}`);
  // The machine changes its speed: what is compared is measured in turn.
  // What is measured is a system at work: everything has been asked often enough to be compiled.
  await drive(system.url, warm);
  const generated = [alone()];
  const served: LoadResult[] = [];
  const shares: number[] = [];
  const costs: Costs[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const before = await system.processorTime();
    const many = await drive(system.url, warm);
    costs.push(costsOf(before, await system.processorTime(), many.tokens));
    generated.push(alone());
    served.push(many);
    shares.push((2 * many.tokensPerSecond) / ((generated[round] ?? NaN) + (generated[round + 1] ?? NaN)));
    say(`${options.clients} clients: ${tell(many)}; ${percent(shares[round])} of bench generate, batch ${options.clients}`);
    say(`processor time of a token: ${Object.entries(costs[round] ?? {}).map(([who, time]) => `${who} ${time.toFixed(1)} µs`).join(', ')}`);
  }
  const share = median(shares);
  say(`median of ${options.rounds} rounds: ${Math.round(median(served.map((many) => many.tokensPerSecond)))} tokens/s served, ${Math.round(median(generated))} generated alone, ${percent(share)}`);
  const memory = options.memory === 0 ? undefined : await system.memoryOver(options.memory, async (requests) => {
    const { errors, firstError } = await drive(system.url, { ...warm, clients: 16, requests: Math.ceil(requests / 16), new: 4 });
    if (errors > 0) throw new Error(`${errors} requests failed: ${firstError}`);
  }, say);
  const result = { what: 'serve', backend: system.backend, load: loadavg()[0], few, many: served, generate: generated.map(Math.round), share, processor: costs, ...options, memory, model };
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
}

/** Microseconds of processor time for each token, by who took them. */
type Costs = Readonly<Record<string, number>>;

function costsOf(before: Costs, after: Costs, tokens: number): Costs {
  return Object.fromEntries(Object.entries(after).map(([who, time]) => [who, Number(((time - (before[who] ?? 0)) / 1000 / tokens).toFixed(2))]));
}

const percent = (share = NaN): string => `${(share * 100).toFixed(0)} %`;

function tell({ errors, firstError, tokensPerSecond, firstTokenMs, fairness }: LoadResult): string {
  return `${errors} errors${firstError === '' ? '' : ` (${firstError})`}, ${tokensPerSecond} tokens/s, first token p50 ${firstTokenMs.p50} ms, p95 ${firstTokenMs.p95} ms, slowest client ${percent(fairness)} of the fastest`;
}

/** Tokens a second of the same batch in `bench generate`, in a process of its own. */
function generateAlone(backend: string, options: { clients: number; prompt: number; new: number }): number {
  const settings = { layers: model.layers, heads: model.heads, width: model.width, vocab: model.vocab, batch: options.clients, prompt: options.prompt, new: options.new, steps: 5 };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const out = execFileSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), 'generate', ...args, '--backend', backend, '--json'], { encoding: 'utf8' });
  return (JSON.parse(out.trim().split('\n').at(-1) ?? '') as { tokens_per_second: number }).tokens_per_second;
}

async function startSystem(backend: string, profile: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-serve-'));
  const nats = await startNatsServer();
  await startBackend(backend);
  const random = new Random(1);
  const word = (): string => Array.from({ length: 2 + random.int(3) }, () => 'aeiou'[random.int(5)]! + 'bcdfglmnprst'[random.int(12)]!).join('');
  const words = Array.from({ length: 3000 }, word);
  const models = await writeTinyModels(folder, { context: model.context, vocabSize: model.vocab, layers: model.layers, heads: model.heads, width: model.width, texts: [words.join(' ')] });
  {
    await using bus = await connectBus({ url: nats.url, name: 'bench', log: createLogger('bench', { level: 'silent' }), cacheFolder: join(folder, 'bench-cache') });
    await putTinyRun(bus, models, join(folder, 'report'));
  }
  const env = { NATS_URL: nats.url, MINCHAT_HOME: folder, MINCHAT_BACKEND: backend, GATEWAY_PORT: '0', GATEWAY_RATE_LIMIT: '10000000', LOG_LEVEL: 'info' };
  const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const services = { coordinator: startService('coordinator', env), inference: startService('inference', env, flags), gateway: startService('gateway', env, flags) };
  const [[, started = ''], [, address = '']] = await Promise.all([services.inference.line(/"backend":"(\w+)"[^\n]*live engine ready/), services.gateway.line(/"address":"([^"]+)"/)]);
  return {
    url: new URL(address),
    backend: started,
    /** Nanoseconds so far: of inference the threads that compute, and the rest; the others whole. The clients are this process. */
    async processorTime(): Promise<Costs> {
      const whole = async (pid = 0): Promise<number> => Array.from((await threadNanoseconds(pid)).values()).reduce((sum, time) => sum + time, 0);
      const inference = await threadNanoseconds(services.inference.child.pid ?? 0);
      const compute = inference.get('WorkerThread') ?? 0;
      const [gateway, server, clients] = await Promise.all([whole(services.gateway.child.pid), whole(nats.pid), whole(process.pid)]);
      return { compute, inference: Array.from(inference.values()).reduce((sum, time) => sum + time, 0) - compute, gateway, nats: server, clients };
    },
    async memoryOver(requests: number, send: (requests: number) => Promise<void>, tellProgress: (text: string) => void) {
      const read = async () => ({ inference: await residentMegabytes(services.inference), gateway: await residentMegabytes(services.gateway) });
      // The heap grows to its working size first.
      await send(Math.ceil(requests / 5));
      const points = [await read()];
      for (let tenth = 0; tenth < 10; tenth += 1) {
        await send(Math.ceil(requests / 10));
        points.push(await read());
        tellProgress(`memory after ${Math.ceil((requests / 10) * (tenth + 1))} requests: inference ${points.at(-1)?.inference} MB, gateway ${points.at(-1)?.gateway} MB`);
      }
      return { requests, points };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(services).map((service) => service.end()));
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function residentMegabytes({ child }: ServiceProcess): Promise<number> {
  const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024);
}
