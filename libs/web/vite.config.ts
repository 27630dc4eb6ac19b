import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// Whatever the shell says: React's development build runs every effect twice, and is half as large again.
process.env['NODE_ENV'] = 'production';

/** Writes each script and style compressed, too, which the gateway sends as it is; Brotli is taken only over https and from this machine. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle).filter((one) => /\.(js|css)$/.test(one))) {
        const content = await readFile(join(dir, name));
        await writeFile(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
        await writeFile(join(dir, `${name}.br`), brotliCompressSync(content));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), compressed()],
  // Relative: the gateway may stand behind a prefix.
  base: './',
  build: { target: 'es2024', reportCompressedSize: false, modulePreload: { polyfill: false } },
});
