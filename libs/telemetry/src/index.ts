// Logs, metrics, traces and the health server.
export { type Logger } from 'pino';
