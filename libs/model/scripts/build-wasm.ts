// Compiles assembly/ to src/backends/wasm-kernels.wasm: npm run build:wasm -w libs/model
import { writeFile } from 'node:fs/promises';
import { compileKernels, kernelsFile } from '../src/backends/wasm-compile.testing.ts';

await writeFile(kernelsFile, await compileKernels());
