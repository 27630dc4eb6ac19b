import * as tf from '@tensorflow/tfjs-core';
import { backendNames, readComputeEnv, type BackendName } from '@minchat/config';
import { MinchatError } from '@minchat/errors';
import { activate } from './activate.ts';
import { startNative } from './native.ts';
import { startTensorFlow } from './tensorflow.ts';
import { startWasm } from './wasm.ts';
import { startWebGPU } from './webgpu.ts';

export interface StartedBackend {
  readonly name: BackendName;
  /** Why this one: what was asked for, or what did not work before it. */
  readonly reason: string;
}

/** Makes a backend the active one and says what it is, or throws. `asked`: it was named, not just tried. */
export type StartBackend = (asked: boolean) => Promise<string>;

const starters: Record<BackendName, StartBackend> = {
  tensorflow: startTensorFlow,
  native: startNative,
  webgpu: startWebGPU,
  wasm: startWasm,
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    // Without this tfjs prints an advertisement at the first tensor.
    (tf.backend() as unknown as { firstUse: boolean }).firstUse = false;
    return 'plain JavaScript, the slow oracle';
  },
};

/**
 * Starts the backend that computes: the one asked for, or MINCHAT_BACKEND's. `auto` takes the first that
 * works of: tensorflow (CUDA only), native, webgpu (on a real GPU only), wasm, cpu. Throws
 * MC_BACKEND_UNAVAILABLE when the one asked for does not work, MC_CONFIG_INVALID for a name that is none or
 * a variable that is wrong.
 */
export async function startBackend(asked?: string): Promise<StartedBackend> {
  // Whichever backend it will be: `auto` must not take a wrong variable for a backend that does not work.
  const { MINCHAT_BACKEND } = readComputeEnv();
  const preferred = asked ?? MINCHAT_BACKEND;
  tf.enableProdMode();
  if (preferred !== 'auto') {
    if (!isBackendName(preferred)) throw new MinchatError('MC_CONFIG_INVALID', `backend: expected auto, ${backendNames.join(', ')}, found ${preferred}`);
    try {
      return { name: preferred, reason: `asked for: ${await starters[preferred](true)}` };
    } catch (cause) {
      throw new MinchatError('MC_BACKEND_UNAVAILABLE', `expected the backend ${preferred} to start, found: ${(cause as Error).message}`, { cause });
    }
  }
  const failures: string[] = [];
  for (const name of backendNames) {
    try {
      const what = await starters[name](false);
      return { name, reason: [what, ...failures].join('; ') };
    } catch (error) {
      failures.push(`no ${name}: ${firstLine(error)}`);
    }
  }
  throw new MinchatError('MC_BACKEND_UNAVAILABLE', `expected a backend that works, found ${failures.join('; ')}`);
}

function isBackendName(name: string): name is BackendName {
  return (backendNames as readonly string[]).includes(name);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]?.slice(0, 160) ?? '';
}
