import { withSpan } from '@minchat/telemetry';
import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** The status, as nginx calls it, of those who left before the end of their answer. */
const left = '499';

/** A span and a measurement for every request that reaches a route; what it asks of the bus belongs to the span. */
export function observe(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'minchat_http_seconds',
    help: 'Seconds from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  // Not Fastify's onResponse, which says nothing of those who hang up.
  app.addHook('onRequest', (request, reply, done) => {
    reply.raw.once('close', () => {
      const status = reply.raw.writableFinished ? String(reply.statusCode) : left;
      seconds.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status }, reply.elapsedTime / 1000);
    });
    done();
  });
  // After the body has been read: reading it would lose the context.
  app.addHook('preHandler', (request, reply, done) => {
    const { traceparent } = request.headers;
    const from = typeof traceparent === 'string' ? { from: { traceparent } } : {};
    void withSpan(`${request.method} ${request.routeOptions.url ?? ''}`, { kind: 'server', ...from }, () => new Promise<void>((resolve) => {
      reply.raw.once('close', resolve);
      done();
    }));
  });
}
