import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { listenError } from '@minchat/errors';
import type { Registry } from 'prom-client';

export interface HealthOptions {
  /** HEALTH_HOST. */
  host: string;
  /** HEALTH_PORT; 0 takes any free one. */
  port: number;
  registry: Registry;
  /** Whether the process works at all; it is restarted when not. Always true unless told. */
  live?: () => boolean;
  /** Whether it can take work now, by what that depends on: connected, not shutting down. /readyz tells each. */
  ready: () => Readonly<Record<string, boolean>> | Promise<Readonly<Record<string, boolean>>>;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** One line for each thing that readiness depends on. */
function readiness(checks: Readonly<Record<string, boolean>>): { status: number; type: string; body: string } {
  const lines = Object.entries(checks).map(([name, ok]) => `${name} ${ok ? 'ok' : 'not ready'}\n`);
  return { status: Object.values(checks).every(Boolean) ? 200 : 503, type: 'text/plain; charset=utf-8', body: lines.join('') };
}

/** Serves /livez, /readyz and /metrics. Throws MC_PORT_TAKEN, MC_CONFIG_INVALID, MC_ACCESS_DENIED. */
export async function startHealthServer({ host, port, registry, live = () => true, ready }: HealthOptions): Promise<HealthServer> {
  const answer = async (path: string): Promise<{ status: number; type: string; body: string }> => {
    const type = 'text/plain; charset=utf-8';
    switch (path) {
      case '/livez':
        return live() ? { status: 200, type, body: 'ok\n' } : { status: 503, type, body: 'not live\n' };
      case '/readyz':
        return readiness(await ready());
      case '/metrics':
        return { status: 200, type: registry.contentType, body: await registry.metrics() };
      default:
        return { status: 404, type, body: '/livez /readyz /metrics\n' };
    }
  };
  const server = createServer((request, response) => {
    answer(request.url?.split('?')[0] ?? '/').then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw listenError(cause, 'HEALTH', { host, port });
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
