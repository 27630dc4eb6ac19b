import { withSpan } from '@minchat/telemetry';
import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** A span and a measurement for every request that reaches a route; what it asks of the bus belongs to the span. */
export function observe(app: FastifyInstance, registry: Registry): void {
  const seconds = new Histogram({
    name: 'minchat_http_seconds',
    help: 'Seconds from a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    seconds.observe({ method: request.method, route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) }, reply.elapsedTime / 1000);
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
