import type { TensorInfo } from '@tensorflow/tfjs-core';
import { MinchatError } from '@minchat/errors';

/** The parts of tfjs's wasm backend that fused kernels need. */
export interface WasmBackend {
  makeOutput(shape: number[], dtype: 'float32' | 'int32'): TensorInfo;
  incRef(dataId: object): void;
  disposeData(dataId: object): boolean;
  /** The tensor's address in the module's memory. */
  getMemoryOffset(dataId: object): number;
  /** A view of a tensor's numbers, good until the memory grows. */
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array | Uint8Array;
  readonly wasm: { _malloc: (bytes: number) => number; _free(address: number): void };
}

/** WebAssembly has 32-bit addresses. */
const mostBytes = 2 ** 32;

/** Makes the backend refuse what its memory does not hold. tfjs takes address 0, which means that, for memory and writes over all that lies there. */
export function refuseWhenFull({ wasm }: WasmBackend): void {
  // Emscripten puts another function in its place at the first call.
  wasm._free(wasm._malloc(8));
  const allocate = wasm._malloc.bind(wasm);
  wasm._malloc = (bytes) => {
    const address = bytes < mostBytes ? allocate(bytes) : 0;
    if (address === 0) throw new MinchatError('MC_MEMORY_FULL', `expected ${bytes} bytes of WebAssembly's memory, found it used up: it has 4 GiB in all`);
    return address;
  };
}

type Instantiate = (source: Uint8Array<ArrayBuffer>, imports?: WebAssembly.Imports) => Promise<WebAssembly.WebAssemblyInstantiatedSource>;

/**
 * Runs `start`, which instantiates tfjs's WebAssembly module, and returns that module's memory, made
 * shareable between threads. tfjs keeps the memory to itself, and it has a build with threads that does not
 * run in Node; fused kernels must work on the same memory, and on several cores.
 */
export async function catchMemory(start: () => Promise<void>): Promise<WebAssembly.Memory> {
  const original = WebAssembly.instantiate as unknown as Instantiate;
  let memory: WebAssembly.Memory | undefined;
  const catching: Instantiate = async (source, imports) => {
    const result = await original(withSharedMemory(new Uint8Array(source)), imports);
    memory ??= Object.values(result.instance.exports).find((value) => value instanceof WebAssembly.Memory);
    return result;
  };
  WebAssembly.instantiate = catching as unknown as typeof WebAssembly.instantiate;
  try {
    await start();
  } finally {
    WebAssembly.instantiate = original as unknown as typeof WebAssembly.instantiate;
  }
  if (memory === undefined) throw new Error('expected the WebAssembly module of tfjs to export its memory');
  return memory;
}

const memorySection = 5;
const hasMaximum = 0x01;
const shared = 0x02;

/** The module with its one memory declared shared, which changes nothing for its own code. */
function withSharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    // Content: the number of memories (1), then the flags of the first.
    if (id === memorySection && bytes[at] === 1 && bytes[at + 1] === hasMaximum) {
      bytes[at + 1] = hasMaximum | shared;
      return bytes;
    }
    at += size;
  }
  throw new Error('expected the WebAssembly module of tfjs to have one memory with a maximum');
}
