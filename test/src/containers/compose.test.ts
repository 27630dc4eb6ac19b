// docker/compose.yaml as a user brings it up, as far as people need it to come in: NATS, PostgreSQL,
// coordinator, prompt-store and a gateway on all addresses.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ask, cookieOf, logIn, password, statusAndCode } from '../api/people-house.ts';
import { buildServices, composeCommand, root, whyNoContainers } from './engine.ts';

const command = composeCommand();
const reason = whyNoContainers() ?? (command === undefined ? 'neither docker compose nor docker-compose is here' : undefined);
if (reason !== undefined) process.stderr.write(`compose tests left out: ${reason}\n`);

const run = promisify(execFile);
const project = `minchat-test-${randomBytes(4).toString('hex')}`;
const settings = { POSTGRES_PASSWORD: 'se:c@r/e#t%', GATEWAY_PORT: '0', GATEWAY_AUTH: 'required', GATEWAY_API_KEYS: '' };
const services = ['coordinator', 'prompt-store', 'gateway'];

/** What a compose command writes; rejects with its exit `code` and what it wrote. */
async function compose(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<string> {
  const [program = '', ...rest] = command ?? [];
  const { stdout } = await run(program, [...rest, '--project-name', project, '--file', `${root}/docker/compose.yaml`, ...args], { env: { ...process.env, ...settings, ...more }, maxBuffer: 2 ** 26 });
  return stdout;
}

/** Asks a service's health server, which listens inside of its container only. */
async function health(service: string, path: string): Promise<unknown> {
  const script = `fetch('http://127.0.0.1:9090/${path}').then(async (answer) => console.log(JSON.stringify([answer.status, await answer.text()])))`;
  return JSON.parse(await compose(['exec', '-T', service, 'node', '-e', script]));
}

describe.skipIf(reason !== undefined)('the compose file', () => {
  let url: string;

  beforeAll(async () => {
    await buildServices(...services);
    await compose(['up', '--detach', 'nats', 'postgres', ...services]);
    const port = (await compose(['port', 'gateway', '8080'])).trim().split(':').at(-1);
    url = `http://127.0.0.1:${String(port)}`;
    await vi.waitFor(() => ask(url, '/api/session'), { timeout: 60_000, interval: 250 });
  }, 600_000);
  afterAll(() => compose(['down', '--volumes', '--timeout', '5']));

  test('starts no gateway that others can reach without authentication', async () => {
    const refused = (await compose(['run', '--rm', '--no-deps', '-T', 'gateway'], { GATEWAY_AUTH: '' }).catch((error: unknown) => error)) as { code: number; stdout: string };
    expect(refused.code).toBe(78);
    expect(refused.stdout).toContain('"code":"MC_AUTH_REQUIRED"');
    expect(refused.stdout).toContain('GATEWAY_HOST=0.0.0.0: expected authentication');
  });

  test('brings services up that live and are ready', async () => {
    for (const service of services) {
      await expect.poll(() => health(service, 'readyz').catch(() => undefined), { timeout: 60_000, interval: 250 }).toEqual([200, expect.any(String)]);
      expect(await health(service, 'livez')).toEqual([200, expect.any(String)]);
    }
  });

  test('leaves no volume without a name behind when its containers are removed', async () => {
    const containers = (await compose(['ps', '--quiet'])).trim().split('\n');
    const { stdout } = await run('docker', ['inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', ...containers]);
    const volumes = new Set(stdout.split('\n').filter((name) => name !== ''));
    expect([...volumes].toSorted()).toEqual(['home', 'nats', 'postgres'].map((name) => `${project}_${name}`));
  });

  test('lets nobody in but the admin by the link, and then by password', async () => {
    expect((await ask(url, '/api/session')).body).toEqual({ auth: 'required', account: null });
    expect(statusAndCode(await ask(url, '/api/runs'))).toEqual([401, 'login_required']);
    const link = (await compose(['exec', '-T', 'gateway', 'node', 'services/gateway/src/people/admin-link.ts'])).trim();
    const [, token] = /^\/#\/join\/([A-Za-z0-9_-]{43})$/.exec(link) ?? [];
    const joined = await ask(url, '/api/invitations/accept', { method: 'POST', body: { token, name: 'Ada', password } });
    expect(joined.body).toMatchObject({ account: { name: 'Ada', role: 'admin' } });
    expect(statusAndCode(await logIn(url, 'Ada', 'wrong'))).toEqual([401, 'MC_LOGIN_FAILED']);
    const cookie = cookieOf(await logIn(url, 'Ada'));
    expect((await ask(url, '/api/runs', { cookie })).body).toEqual({ runs: [] });
    // The studio's pages are in the image.
    expect((await ask(url, '/')).text).toContain('<title>minchat');
  });
});
