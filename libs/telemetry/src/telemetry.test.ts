import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { MinchatError } from '@minchat/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHealthServer } from './health.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { injectTrace, startTracing, traceId, withSpan } from './tracing.ts';

const tracing = startTracing('test');
afterAll(() => tracing.shutdown());

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('traces', () => {
  it('go on from the headers that came, over async calls', async () => {
    const passedOn = await withSpan('a', { from: { traceparent } }, async () => {
      await Promise.resolve();
      return withSpan('b', {}, () => Promise.resolve(injectTrace()));
    });
    expect(passedOn['traceparent']).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/);
  });
  it('begin anew without headers', async () => {
    expect(injectTrace()).toEqual({});
    const first = await withSpan('a', {}, () => Promise.resolve(traceId()));
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await withSpan('a', { from: { traceparent: 'nonsense' } }, () => Promise.resolve(traceId()))).not.toBe(first);
  });
});

describe('exported traces', () => {
  it('say whose they are, and what the operator adds', async () => {
    const { promise: received, resolve } = Promise.withResolvers<string>();
    const collector = createHttpServer((request, response) => {
      void text(request).then(resolve);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const script = `const { startTracing, withSpan } = await import(${JSON.stringify(new URL('./tracing.ts', import.meta.url).href)});
      const tracing = startTracing('trainer');
      await withSpan('a', {}, async () => undefined);
      await tracing.shutdown();`;
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`, OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=trainer-0' };
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { env });
    const { resourceSpans } = JSON.parse(await received) as { resourceSpans: { resource: { attributes: { key: string; value: { stringValue: string } }[] } }[] };
    const attributes = Object.fromEntries((resourceSpans[0]?.resource.attributes ?? []).map(({ key, value }) => [key, value.stringValue]));
    expect(attributes).toEqual({ 'service.name': 'trainer', 'k8s.pod.name': 'trainer-0' });
    collector.close();
  });
});

describe('logger', () => {
  it('writes JSON lines with service, run, job and trace', async () => {
    const lines: string[] = [];
    const log = createLogger('sft-trainer', { level: 'info', destination: { write: (line) => void lines.push(line) } }).child({ run: 'r1', job: 'j1' });
    await withSpan('a', { from: { traceparent } }, async () => {
      await Promise.resolve();
      log.info({ err: new MinchatError('MC_LEASE_LOST', 'gone') }, 'stopped');
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      service: 'sft-trainer',
      run: 'r1',
      job: 'j1',
      trace: '0af7651916cd43dd8448eb211c80319c',
      err: { code: 'MC_LEASE_LOST', message: 'gone' },
      msg: 'stopped',
    });
  });
});

describe('health server', () => {
  let ready = false;
  const metrics = createMetrics('test');
  let health: Awaited<ReturnType<typeof startHealthServer>>;
  beforeAll(async () => {
    health = await startHealthServer({ host: '127.0.0.1', port: 0, registry: metrics.registry, ready: () => ({ nats: true, database: ready }) });
  });
  afterAll(() => health.close());
  const get = (path: string) => fetch(`http://127.0.0.1:${health.port}${path}`);

  it('tells liveness, readiness and metrics', async () => {
    expect((await get('/livez')).status).toBe(200);
    // No URL by itself; it must not end the process.
    expect((await get('//')).status).toBe(404);
    expect((await get('/livez?verbose')).status).toBe(200);
    const unready = await get('/readyz');
    expect([unready.status, await unready.text()]).toEqual([503, 'nats ok\ndatabase not ready\n']);
    ready = true;
    expect((await get('/readyz')).status).toBe(200);
    metrics.jobs.inc({ kind: 'sft', outcome: 'completed' });
    const text = await (await get('/metrics')).text();
    expect(text).toContain('minchat_jobs_total{kind="sft",outcome="completed",service="test"} 1');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    expect((await get('/x')).status).toBe(404);
  });

  const address = Object.values(networkInterfaces()).flat().find((one) => one?.family === 'IPv4' && !one.internal)?.address;
  it.skipIf(address === undefined)('is to be had where it is told alone', async () => {
    await expect(fetch(`http://${address}:${health.port}/livez`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('says when the port is taken', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(startHealthServer({ host: '127.0.0.1', port, registry: metrics.registry, ready: () => ({}) })).rejects.toMatchObject({ code: 'MC_PORT_TAKEN', message: `HEALTH_PORT=${port}: expected a free port, found it in use` });
    await expect(startHealthServer({ host: '192.0.2.1', port: 0, registry: metrics.registry, ready: () => ({}) })).rejects.toMatchObject({ code: 'MC_CONFIG_INVALID', message: expect.stringContaining('HEALTH_HOST=192.0.2.1: expected an address of this machine') as string });
    other.close();
  });
});
