// Logs, metrics, traces and the health server.
export { startHealthServer, type HealthOptions, type HealthServer } from './health.ts';
export { createLogger, type CreateLoggerOptions, type Logger } from './logger.ts';
export { createMetrics, type ServiceMetrics } from './metrics.ts';
export { extractTrace, injectTrace, startTracing, traceId, withSpan, type SpanOptions, type TraceHeaders } from './tracing.ts';
