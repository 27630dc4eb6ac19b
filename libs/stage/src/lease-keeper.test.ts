import { setTimeout as sleep } from 'node:timers/promises';
import type { JobDelivery } from '@minchat/bus';
import { createLogger } from '@minchat/telemetry';
import { expect, it } from 'vitest';
import { LeaseKeeper } from './lease-keeper.ts';
import { testBench } from './test-host.ts';

it('renews nothing once the result is stored, however long it takes to tell', async () => {
  const bench = await testBench();
  const warnings: string[] = [];
  const log = createLogger('test', { level: 'warn', tee: (line) => warnings.push(line) });
  const taken = await bench.bus.jobs.take({ jobId: 'job', runId: 'run', stage: 'count', kind: 'count', plugin: '', seed: 7, settingsJson: '', inputs: [], createdAtMs: 1, round: 0 }, 'worker', 900);
  if (taken.outcome !== 'taken') expect.fail(taken.outcome);
  let told = 0;
  const delivery = { working: () => void (told += 1) } as unknown as JobDelivery;
  const stop = new LeaseKeeper(bench.bus.jobs, taken.lease, log, () => expect.fail('gone')).start(delivery, 20, () => undefined);
  await expect.poll(() => told).toBeGreaterThan(2);
  await bench.bus.jobs.complete(taken.lease, { outputs: [], metrics: [] });
  const before = told;
  await expect.poll(() => told).toBeGreaterThan(before + 3);
  stop();
  await sleep(50);
  expect(warnings).toEqual([]);
  await bench.close();
});
