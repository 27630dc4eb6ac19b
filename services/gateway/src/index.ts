// HTTP edge: OpenAI-compatible API, runs, the web app.
export { readGatewayEnv, type GatewayEnv } from './env.ts';
export { createServer } from './server.ts';
