import { fileURLToPath } from 'node:url';

/** Where the built studio is, for the gateway to serve; empty until `npm run build` was run. */
export const studioFolder: string = fileURLToPath(new URL('dist', import.meta.url));
