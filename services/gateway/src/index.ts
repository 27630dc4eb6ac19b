// HTTP edge: OpenAI-compatible API, runs, the web app.
export { createServer } from './server.ts';
export { readGatewayEnv } from './env.ts';
