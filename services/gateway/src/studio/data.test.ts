import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { expect, it } from 'vitest';
import { connectBus, rpc } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { createLogger } from '@minchat/telemetry';
import { dataRoutes } from './data.ts';

it('keeps a file that is on its way into the store in its home, and no longer', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-data-'));
  await using nats = await startNatsServer();
  await using bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: join(folder, 'cache') });
  const home = join(folder, 'home');
  let during: string[] = [];
  bus.serve(rpc.import, async function* () {
    during = await readdir(join(home, 'imports'));
    yield { done: true };
  });
  await using app = Fastify().setValidatorCompiler(validatorCompiler).setSerializerCompiler(serializerCompiler);
  await app.register(dataRoutes, { bus, home });
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/imports?collection=mine&format=text', headers: { 'content-type': 'application/octet-stream' }, payload: 'a text' });
  expect({ statusCode, body }).toMatchObject({ statusCode: 200, body: expect.stringContaining('"done":true') as string });
  expect(during).toHaveLength(1);
  await expect.poll(() => readdir(join(home, 'imports'))).toEqual([]);
  await rm(folder, { recursive: true });
});
