import { SpanKind, SpanStatusCode, context, propagation, trace, type Attributes, type Context, type Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Headers of any transport: HTTP or NATS. */
export type TraceHeaders = Readonly<Record<string, string>>;

/**
 * Makes traces: ids are made and passed on always, spans exported only when
 * OTEL_EXPORTER_OTLP_ENDPOINT is set. Call once, at the start of the process.
 */
export function startTracing(service: string): { shutdown(): Promise<void> } {
  const exports = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const provider = new NodeTracerProvider({
    // An operator may say more of the process: OTEL_RESOURCE_ATTRIBUTES, OTEL_SERVICE_NAME.
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: exports ? [new BatchSpanProcessor(new OTLPTraceExporter())] : [],
  });
  // Sets W3C propagation (traceparent, tracestate) and context that follows async calls.
  provider.register();
  return { shutdown: () => provider.shutdown() };
}

export interface SpanOptions {
  kind?: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  attributes?: Attributes;
  /** The headers that came with the request or message; the span becomes a child of theirs. */
  from?: TraceHeaders;
}

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/** Runs `work` in a span, which log lines and further spans made inside belong to. */
export async function withSpan<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = options.from ? extractTrace(options.from) : context.active();
  const span = trace
    .getTracer('minchat')
    .startSpan(name, { kind: kinds[options.kind ?? 'internal'], ...(options.attributes ? { attributes: options.attributes } : {}) }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => work(span));
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error));
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** The headers (traceparent, tracestate) that carry the open span on; empty outside of one. */
export function injectTrace(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}

/** The context that headers carry; the one that is active when they carry none. */
export function extractTrace(headers: TraceHeaders): Context {
  return propagation.extract(context.active(), headers);
}

/** The id of the open trace, 32 hex digits, for error messages. */
export function traceId(): string | undefined {
  return trace.getActiveSpan()?.spanContext().traceId;
}
