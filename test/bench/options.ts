import { parseArgs } from 'node:util';
import { readComputeEnv } from '@minchat/config';

export interface BenchOptions extends Numbers, Kind {}

/** What the model is made of. */
interface Kind {
  readonly architecture: 'gpt2' | 'llama';
  /** Heads of keys and values. */
  readonly 'kv-heads': number;
  /** Width inside of the MLP. */
  readonly inner: number;
}

interface Numbers {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly context: number;
  readonly vocab: number;
  readonly batch: number;
  readonly prompt: number;
  readonly new: number;
  /** Of PPO: episodes per optimizer step, and passes over an iteration's episodes. */
  readonly minibatch: number;
  readonly epochs: number;
  readonly steps: number;
  readonly threads: number;
}

/** The same names, meaning and defaults as torch_gpt.py's. */
const defaults: Numbers = { layers: 4, heads: 4, width: 256, context: 128, vocab: 2048, batch: 32, prompt: 32, new: 96, minibatch: 8, epochs: 1, steps: 6, threads: 2 };

export const usage = `usage: npm run bench -- train|generate|ppo|profile|curve|compare|serve [options]
  train      forward, backward, clip, AdamW on random tokens, through the trainers' own step
  generate   prefill, then one token at a time with KV cache, sampling at temperature 1
  ppo        iterations of the PPO stage: rollout, scores, values, GAE, one update per --minibatch
  profile    processor time of every kernel in a training step, native backend, one thread
  curve      final loss of a training run of --steps in float32 and in bfloat16, native backend
  compare    PyTorch and minchat in turn on the standard cases, three rounds, medians and ratios
options: ${Object.entries(defaults).map(([name, value]) => `--${name} ${value}`).join(' ')}
  --architecture llama   of train and generate: with --kv-heads N (as many as --heads) and --inner N (8/3 of --width)
  --backend NAME   tensorflow, native, webgpu, wasm or cpu (default: the first that works)
  --rounds N       of compare (3)
  --only TEXT      of compare: the cases whose name holds TEXT
  --quick          of compare: the first case, one round
  --processor      time on one thread in processor seconds, which other programs disturb little
  --json           one JSON line`;

export interface Arguments {
  readonly what: string;
  readonly options: BenchOptions;
  readonly backend: string;
  readonly json: boolean;
  readonly rounds: number;
  readonly only: string;
  readonly quick: boolean;
  readonly processor: boolean;
}

/** Throws a message for people when the arguments cannot be read. */
export function readArguments(argv: readonly string[]): Arguments {
  const names = Object.keys(defaults) as (keyof Numbers)[];
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      ...Object.fromEntries([...names, 'kv-heads', 'inner', 'architecture', 'rounds', 'backend', 'only'].map((name) => [name, { type: 'string' as const }])),
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      processor: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const given = values as Record<string, string | boolean | undefined>;
  const count = (name: string, otherwise: number): number => {
    const value = given[name] === undefined ? otherwise : Number(given[name]);
    // The first step warms up and is not counted.
    const least = name === 'steps' ? 2 : 1;
    if (!Number.isInteger(value) || value < least) throw new Error(`--${name}: expected a whole number of at least ${least}, found ${String(given[name])}`);
    return value;
  };
  const what = given['help'] === true ? 'help' : (positionals[0] ?? 'help');
  const numbers = Object.fromEntries(names.map((name) => [name, count(name, defaults[name])])) as unknown as Numbers;
  return {
    what,
    options: { ...numbers, ...kindOf(what, numbers, given['architecture'] ?? 'gpt2', count) },
    backend: typeof given['backend'] === 'string' ? given['backend'] : readComputeEnv().MINCHAT_BACKEND,
    json: given['json'] === true,
    rounds: count('rounds', 3),
    quick: given['quick'] === true,
    processor: given['processor'] === true,
    only: typeof given['only'] === 'string' ? given['only'] : '',
  };
}

/** A GPT-2 is as wide inside as GPT-2, and its heads share nothing; a Llama's sizes are told. */
function kindOf(what: string, { heads, width }: Numbers, architecture: unknown, count: (name: string, otherwise: number) => number): Kind {
  if (architecture === 'gpt2') {
    for (const [name, size] of [['kv-heads', heads], ['inner', 4 * width]] as const) if (count(name, size) !== size) throw new Error(`--${name}: expected --architecture llama beside it`);
    return { architecture, 'kv-heads': heads, inner: 4 * width };
  }
  if (architecture !== 'llama') throw new Error(`--architecture: expected gpt2 or llama, found ${String(architecture)}`);
  if (what !== 'train' && what !== 'generate') throw new Error(`--architecture llama: expected train or generate, found ${what}`);
  return { architecture, 'kv-heads': count('kv-heads', heads), inner: count('inner', Math.ceil((8 * width) / 3 / 32) * 32) };
}
