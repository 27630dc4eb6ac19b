// Three servers that keep everything on each of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunStatus } from '@minchat/contracts';
import { connect } from 'nats';
import { testBus } from './test-bus.ts';
import { startNatsCluster, type TestNats } from './testing.ts';
import type { Bus } from './types.ts';

describe('a cluster', () => {
  let servers: TestNats[];
  let buses: Bus[];
  const run = (step: number) => ({ runId: 'r', name: 'r', specJson: '{}', status: RunStatus.RUN_STATUS_RUNNING, updatedAtMs: step });

  beforeAll(async () => {
    servers = await startNatsCluster();
    buses = [];
    for (const { url } of servers) buses.push(await testBus(url, { replicas: 3, waitMs: 30_000 }));
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await Promise.all(servers.map((server) => server.stop()));
  });

  it('keeps every stream and bucket on all servers', async () => {
    const nats = await connect({ servers: servers.map(({ url }) => url) });
    const names: string[] = [];
    for await (const { config } of (await nats.jetstreamManager()).streams.list()) {
      names.push(config.name);
      expect(config, config.name).toMatchObject({ num_replicas: 3 });
    }
    expect(names).toHaveLength(9);
    await nats.close();
  });

  it('gives back what was written last, whichever server is asked', async () => {
    const [first] = buses;
    let revision = (await first?.runs.create(run(0))) ?? 0;
    let old = 0;
    for (let step = 1; step <= 200; step += 1) {
      revision = (await buses[step % 3]?.runs.update(run(step), revision)) ?? 0;
      for (const bus of buses) if ((await bus.runs.get('r'))?.record.updatedAtMs !== step) old += 1;
    }
    expect(old).toBe(0);
  });

  it('goes on without one of the servers, and says what it waits for without two', async () => {
    const [one, two, three] = servers;
    await one?.kill();
    const [, second] = buses;
    const found = await second?.runs.get('r');
    expect(await second?.runs.update(run(1000), found?.revision ?? 0)).toBeGreaterThan(0);
    await two?.kill();
    const refusal = (): Promise<unknown> => testBus(three?.url ?? '', { waitMs: 1000 }).then((bus) => bus.close(), (error: unknown) => error);
    // The last one takes itself for the leader until it has missed the others for some seconds; each of the dozen things
    // that a bus asks of it meanwhile waits 5 s for an answer.
    await expect.poll(refusal, { timeout: 150_000 }).toMatchObject({ code: 'MC_NATS_UNAVAILABLE', message: expect.stringContaining('JetStream') as string });
    await Promise.all([one?.start(), two?.start()]);
    for (const bus of buses) await expect.poll(async () => (await bus.runs.get('r'))?.record.updatedAtMs, { timeout: 30_000 }).toBe(1000);
  }, 240_000);
});
