import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median } from './measure.ts';
import type { BenchOptions } from './options.ts';

// Peer and minchat in turn, each in a process of its own, so that a machine that changes its speed
// changes it for both.

const train = (layers: number, heads: number, width: number, context: number, vocab: number, batch: number): string[] =>
  ['train', ...Object.entries({ layers, heads, width, context, vocab, batch }).flatMap(([name, value]) => [`--${name}`, String(value)])];
const generate = (layers: number, heads: number, width: number, vocab: number): string[] =>
  ['generate', ...Object.entries({ layers, heads, width, vocab, batch: 32, prompt: 32, new: 96 }).flatMap(([name, value]) => [`--${name}`, String(value)])];

const ppo = ['ppo', ...Object.entries({ layers: 4, heads: 4, width: 256, vocab: 2048, batch: 32, prompt: 32, new: 32 }).flatMap(([name, value]) => [`--${name}`, String(value)])];

/** Of the Llama family, beside a peer of its own. */
const llama = (args: string[], keyValueHeads: number, inner: number): string[] => [...args, '--kv-heads', String(keyValueHeads), '--inner', String(inner)];

interface Case {
  readonly name: string;
  readonly steps: number;
  readonly args: string[];
  /** GPT-2 where it is not said. */
  readonly architecture?: BenchOptions['architecture'];
}

/** The cases of docs/performance.md; the steps of each are enough for a median that is not of JavaScript's first ones, within the time there is. */
const cases: readonly Case[] = [
  { name: 'train L4 d256 T128 V2048 B32', steps: 12, args: train(4, 4, 256, 128, 2048, 32) },
  { name: 'train L6 d384 T256 V4096 B12', steps: 10, args: train(6, 6, 384, 256, 4096, 12) },
  { name: 'train GPT-2 124M T256 V50304 B4', steps: 6, args: train(12, 12, 768, 256, 50304, 4) },
  { name: 'generate L4 d256 V2048 B32', steps: 4, args: generate(4, 4, 256, 2048) },
  { name: 'generate L6 d384 V4096 B32', steps: 3, args: generate(6, 6, 384, 4096) },
  { name: 'generate GPT-2 124M V50304 B32', steps: 2, args: generate(12, 12, 768, 50304) },
  { name: 'ppo L4 d256 32+32 B32', steps: 8, args: ppo },
  { name: 'train Llama L6 d384 T256 V4096 B12', steps: 10, args: llama(train(6, 6, 384, 256, 4096, 12), 2, 1024), architecture: 'llama' },
  { name: 'train Llama SmolLM2-135M T256 V49152 B4', steps: 6, args: llama(train(30, 9, 576, 256, 49_152, 4), 3, 1536), architecture: 'llama' },
  { name: 'generate Llama SmolLM2-135M V49152 B32', steps: 2, args: llama(generate(30, 9, 576, 49_152), 3, 1536), architecture: 'llama' },
];

const python = '/usr/bin/python3';
const peers = { gpt2: 'torch_gpt.py', llama: 'peers/torch_llama.py' } as const;
const own = fileURLToPath(new URL('main.ts', import.meta.url));

/** Runs the peer with a clock of processor time. */
const withProcessorClock = 'import runpy, sys, time; time.perf_counter = time.process_time; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name="__main__")';

/**
 * What makes PyTorch's OpenBLAS use what this processor has. Debian's takes one that is newer than itself for a
 * Prescott of 2004, and is then three times slower: no peer to be faster than.
 */
function blasEnvironment(): Record<string, string> {
  if (process.env['OPENBLAS_CORETYPE'] !== undefined || !existsSync('/proc/cpuinfo')) return {};
  const { stdout, stderr } = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8', env: { ...process.env, OPENBLAS_VERBOSE: '2' } });
  if (!`${stdout}${stderr}`.includes('Core: Prescott')) return {};
  const flags = readFileSync('/proc/cpuinfo', 'utf8');
  const core = flags.includes(' avx512bw ') ? 'SkylakeX' : flags.includes(' avx2 ') ? 'Haswell' : undefined;
  return core === undefined ? {} : { OPENBLAS_CORETYPE: core };
}

/** Runs a program that prints a JSON line last, and returns its `seconds`. */
function seconds(command: string, args: readonly string[], environment: Record<string, string> = {}): number {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 24, env: { ...process.env, ...environment } });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr.slice(-2000)}`);
  return (JSON.parse(line) as { seconds: number }).seconds;
}

export interface Comparison {
  readonly case: string;
  readonly minchat: number;
  readonly torchFloat32: number;
  readonly torchBfloat16: number;
  /** Of the machine at the end: other programs slow the two down unevenly. */
  readonly loadAverage: number;
}

export interface CompareOptions {
  readonly rounds: number;
  /** Only the cases whose name holds it. */
  readonly only: string;
  /** Only the first of them, once. */
  readonly quick: boolean;
  /** Processor seconds on one thread in the place of time on the wall. */
  readonly processor: boolean;
  readonly backend: string;
  readonly threads: number;
}

/** Median seconds of every case, peer and minchat in turn; undefined, with a notice, where PyTorch is absent. */
export function compare({ rounds, only, quick, processor, backend, threads }: CompareOptions, say: (line: string) => void): Comparison[] | undefined {
  if (spawnSync(python, ['-c', 'import torch']).status !== 0) {
    say('left out: PyTorch is not here (Debian: apt-get install python3-torch libopenblas0-pthread)');
    return undefined;
  }
  const blas = blasEnvironment();
  for (const [name, value] of Object.entries(blas)) say(`PyTorch with ${name}=${value}: its OpenBLAS does not know this processor`);
  return cases.filter(({ name }) => name.includes(only)).slice(0, quick ? 1 : undefined).map(({ name, steps, args, architecture = 'gpt2' }) => {
    const peer = fileURLToPath(new URL(peers[architecture], import.meta.url));
    const torch = processor ? ['-c', withProcessorClock, peer] : [peer];
    const times = { minchat: [] as number[], fp32: [] as number[], bf16: [] as number[] };
    const shared = [...args, '--steps', String(steps), '--threads', String(threads)];
    for (let round = 0; round < (quick ? 1 : rounds); round++) {
      times.minchat.push(seconds(process.execPath, [own, ...shared, '--architecture', architecture, '--backend', backend, '--json', ...(processor ? ['--processor'] : [])]));
      times.fp32.push(seconds(python, [...torch, ...shared], blas));
      times.bf16.push(seconds(python, [...torch, ...shared, '--dtype', 'bf16'], blas));
    }
    const result = { case: name, minchat: median(times.minchat), torchFloat32: median(times.fp32), torchBfloat16: median(times.bf16), loadAverage: loadavg()[0] ?? NaN };
    const ratio = (peerSeconds: number): string => `${(peerSeconds / result.minchat).toFixed(2)}x`;
    say(`${name}: minchat ${result.minchat.toFixed(3)} s, PyTorch fp32 ${result.torchFloat32.toFixed(3)} s (${ratio(result.torchFloat32)}), bf16 ${result.torchBfloat16.toFixed(3)} s (${ratio(result.torchBfloat16)}); load ${result.loadAverage.toFixed(1)}`);
    return result;
  });
}
