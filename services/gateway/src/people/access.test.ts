import type { Bus } from '@minchat/bus';
import { createLogger } from '@minchat/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type ServerSettings } from '../server.ts';
import { access, accessOf } from './access.ts';

const log = createLogger('gateway-test', { level: 'silent' });
const settings: ServerSettings = {
  GATEWAY_HOST: '127.0.0.1', GATEWAY_PORT: 0, GATEWAY_API_KEYS: '', COLLECT_PROMPTS: 'off', GATEWAY_RATE_LIMIT: 100_000, GATEWAY_BODY_LIMIT_KB: 64, GATEWAY_REQUEST_SECONDS: 5,
  GATEWAY_AUTH: 'required', GATEWAY_TRUST_PROXY: '', GATEWAY_LOGIN_RATE_LIMIT: 20,
} as ServerSettings;
/** Nothing is asked of it. */
const bus = {} as Bus;

describe('the table of access', () => {
  let app: Awaited<ReturnType<typeof createServer>>;
  beforeAll(async () => {
    app = await createServer(bus, settings, log);
    await app.ready();
  });
  afterAll(() => app.close());

  it('has a line for every route', () => {
    expect(app.routesWithoutAccess).toEqual([]);
  });

  it('has no line for a route that is not there', () => {
    // The studio is served at / or /*, as it is built or not.
    const gone = Object.keys(access).filter((line) => {
      const [method = '', url = ''] = line.split(' ');
      return !app.hasRoute({ method, url } as Parameters<typeof app.hasRoute>[0]);
    });
    expect(gone.filter((line) => !/^GET \/\*?$/.test(line))).toEqual([]);
  });

  it('HEAD is as GET, and names of objects are no routes', () => {
    expect(accessOf('HEAD', '/api/runs')).toBe(accessOf('GET', '/api/runs'));
    expect(accessOf('GET', 'constructor')).toBeUndefined();
  });

  it('a route without a line cannot be reached', async () => {
    const other = await createServer(bus, { ...settings, GATEWAY_AUTH: 'open' }, log);
    other.get('/api/forgotten', () => 'secret');
    const answer = await other.inject({ url: '/api/forgotten', headers: { host: 'localhost' } });
    expect([answer.statusCode, answer.body.includes('secret')]).toEqual([403, false]);
    expect(other.routesWithoutAccess).toContain('GET /api/forgotten');
    await other.close();
  });
});
