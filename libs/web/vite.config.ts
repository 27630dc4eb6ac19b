import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Whatever the shell says: React's development build runs every effect twice, and is half as large again.
process.env['NODE_ENV'] = 'production';

export default defineConfig({
  plugins: [react()],
  // Relative: the gateway may stand behind a prefix.
  base: './',
  build: { target: 'es2024', reportCompressedSize: false, modulePreload: { polyfill: false } },
});
