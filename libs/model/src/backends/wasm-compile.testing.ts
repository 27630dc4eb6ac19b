import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const assembly = fileURLToPath(new URL('../../assembly', import.meta.url));
export const kernelsFile = new URL('wasm-kernels.wasm', import.meta.url);

/** Compiles assembly/index.ts. `stub` and no asserts: nothing in it allocates or aborts. */
export async function compileKernels(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error } = await asc.main(
    ['index.ts', '--baseDir', assembly, '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536', '--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'threads', '--use', 'abort='],
    {
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error !== null || binary === undefined) throw new Error(`expected assembly/ to compile, found: ${error?.message ?? 'no output'}`, { cause: error });
  return binary;
}
