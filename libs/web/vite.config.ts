import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Relative: the gateway may stand behind a prefix.
  base: './',
  build: { target: 'es2024', reportCompressedSize: false, modulePreload: { polyfill: false } },
});
