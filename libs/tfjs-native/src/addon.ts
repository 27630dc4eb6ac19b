import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readComputeEnv } from '@minchat/config';

/** Data that a kernel reads or writes; null where an optional tensor is not given. */
export type KernelArray = Float32Array | Float64Array | Int32Array | null;

/** The C++ side (native/binding.cc). */
export interface Addon {
  run(kernel: string, arrays: KernelArray[], numbers: number[]): void;
  /** An ArrayBuffer that begins on a cache line. */
  allocate(bytes: number): ArrayBuffer;
  /** Drops what was packed from an array: its content changed, or it is given up. */
  forget(array: Float32Array): void;
  configure(options: { threads?: number; bf16?: boolean; instructionSet?: string }): void;
  information(): NativeInformation;
}

export interface NativeInformation {
  instructionSet: string;
  /** All that this machine has, the fastest first. */
  instructionSets: string[];
  threads: number;
  /** Whether matrix products multiply in bfloat16 (and sum in float32). */
  bf16: boolean;
  usedBytes: number;
  idleBytes: number;
}

/**
 * Loads the addon and sets it up from the environment: MINCHAT_THREADS (default: the processors this
 * process may use), MINCHAT_MATMUL=fp32 for exact products, MINCHAT_INSTRUCTION_SET for tests.
 * Undefined when it was not built. Throws MC_CONFIG_INVALID.
 */
export function loadAddon(): Addon | undefined {
  // A build with AddressSanitizer can only be loaded where its runtime was preloaded: tests ask for it.
  const folder = process.env['MINCHAT_NATIVE_BUILD'] || 'build';
  const path = fileURLToPath(new URL(`../${folder}/minchat_native.node`, import.meta.url));
  if (!existsSync(path)) return undefined;
  const addon = createRequire(import.meta.url)(path) as Addon;
  const env = readComputeEnv();
  addon.configure({
    threads: env.MINCHAT_THREADS ?? availableParallelism(),
    bf16: env.MINCHAT_MATMUL === 'bf16',
    ...(env.MINCHAT_INSTRUCTION_SET && { instructionSet: env.MINCHAT_INSTRUCTION_SET }),
  });
  return addon;
}
