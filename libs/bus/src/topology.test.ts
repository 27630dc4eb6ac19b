import { connect, NatsError, type ConsumerConfig, type JetStreamManager } from 'nats';
import { expect, it } from 'vitest';
import { testBus } from './test-bus.ts';
import { startNatsServer } from './testing.ts';
import { createConsumer, ensureConsumer, jobConsumer } from './topology.ts';

/** A manager of a server from 2.10 on, which refuses to make a consumer that is there already in another form. */
function strict(manager: JetStreamManager, before: () => Promise<unknown>): JetStreamManager {
  const add = async (stream: string, config: Partial<ConsumerConfig>) => {
    await before();
    const found = await manager.consumers.info(stream, config.durable_name ?? '').catch(() => undefined);
    if (found === undefined || found.config.ack_wait === config.ack_wait) return manager.consumers.add(stream, config);
    throw Object.assign(new NatsError('consumer already exists', '400'), { api_error: { code: 400, err_code: 10_148, description: 'consumer already exists' } });
  };
  // It updates by what adds.
  const update = manager.consumers.update.bind(manager.consumers);
  return Object.assign(Object.create(manager) as JetStreamManager, { consumers: Object.assign(Object.create(manager.consumers) as typeof manager.consumers, { add, update }) });
}

it('a consumer that another service makes at the same moment is taken as it is, its ack wait set by who asks for that', async () => {
  await using nats = await startNatsServer();
  await using _ = await testBus(nats.url);
  const raw = await connect({ servers: nats.url });
  const manager = await raw.jetstreamManager();
  const ackWait = async (kind: string): Promise<number> => ((await manager.consumers.info('JOBS', `jobs-${kind}`)).config.ack_wait ?? 0) / 1e6;
  const other = (kind: string) => strict(manager, () => manager.consumers.add('JOBS', jobConsumer(kind, 40_000)));
  expect((await createConsumer(other('published'), 'JOBS', jobConsumer('published'))).config.ack_wait).toBe(40_000 * 1e6);
  expect(await ackWait('published')).toBe(40_000);
  await ensureConsumer(other('worked'), 'JOBS', jobConsumer('worked', 20_000));
  expect(await ackWait('worked')).toBe(20_000);
  // Whatever else the server says is an error.
  await expect(createConsumer(strict(manager, () => Promise.reject(new Error('no'))), 'JOBS', jobConsumer('refused'))).rejects.toThrow('no');
  await raw.close();
});
