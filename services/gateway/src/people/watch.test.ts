import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it, vi } from 'vitest';
import type { Identities } from './identities.ts';
import type { Principal } from './principal.ts';
import { watch } from './watch.ts';

afterEach(() => vi.useRealTimers());

it('asks after whoever has an answer open, and no more after those who are gone', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const key: Principal = { kind: 'key', role: 'key', id: 'key-1', name: 'site', collect: false, rateLimit: 0 };
  const asked: string[] = [];
  const app = fastify();
  app.decorateRequest('principal');
  app.addHook('onRequest', async (request, reply) => {
    request.principal = key;
    // They leave while it is found out who they are.
    if (request.url === '/gone') await once(reply.raw, 'close');
  });
  watch(app, { of: async ({ url }) => (asked.push(url), key) } as Identities);
  const arrived = Promise.withResolvers<void>();
  const handled = Promise.withResolvers<void>();
  app.get('/gone', async () => handled.resolve());
  app.get('/open', (_request, reply) => {
    reply.hijack();
    reply.raw.write('open');
    arrived.resolve();
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${String((app.server.address() as AddressInfo).port)}`;
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const gone = fetch(`${url}/gone`, { signal: leaving.signal }).catch(() => undefined);
  const open = await fetch(`${url}/open`, { signal: staying.signal });
  await arrived.promise;
  leaving.abort();
  await Promise.all([gone, handled.promise]);
  await vi.advanceTimersByTimeAsync(3000);
  expect(asked).toEqual(['/open']);
  staying.abort();
  await open.text().catch(() => undefined);
  app.server.closeAllConnections();
  await app.close();
});
