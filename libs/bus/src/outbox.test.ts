import { setImmediate as turn } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';
import { startNatsServer, type TestNats } from './testing.ts';

let nats: TestNats;
let reader: NatsConnection;
const heard: string[] = [];
beforeAll(async () => {
  nats = await startNatsServer();
  reader = await connect({ servers: nats.url });
  reader.subscribe('out.>', { callback: (_, { subject }) => heard.push(subject) });
  await reader.flush();
});
afterAll(async () => {
  await reader.close();
  await nats.stop();
});

it('keeps the order, also of what is too large to wait', async () => {
  const connection = await connect({ servers: nats.url });
  const outbox = Outbox.of(connection);
  outbox.publish('out.1');
  outbox.publish('out.2', new Uint8Array(100_000));
  outbox.publish('out.3');
  await expect.poll(() => heard).toEqual(['out.1', 'out.2', 'out.3']);
  await connection.close();
});

it('loses what waits when the connection drains before it could leave, and nothing else happens', async () => {
  const connection = await connect({ servers: nats.url });
  const outbox = Outbox.of(connection);
  outbox.publish('out.waits');
  const drained = connection.drain();
  await turn();
  await drained;
  expect(() => outbox.publish('out.after')).toThrow('CONNECTION_CLOSED');
});

it('sends at once while subscriptions drain', async () => {
  const connection = await connect({ servers: nats.url });
  connection.subscribe('in');
  const drained = connection.drain();
  Outbox.of(connection).publish('out.late');
  await drained;
  await expect.poll(() => heard).toContain('out.late');
});
