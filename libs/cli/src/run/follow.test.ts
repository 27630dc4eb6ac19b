import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { connectBus, rpc } from '@minchat/bus';
import { startNatsServer } from '@minchat/bus/testing';
import { RunStatus, type RunRecord } from '@minchat/contracts';
import { createLogger } from '@minchat/telemetry';
import { expect, it } from 'vitest';
import { followRun } from './follow.ts';

it('keeps none of the records that came: a run may go on for days', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-follow-'));
  await using nats = await startNatsServer();
  await using bus = await connectBus({ url: nats.url, name: 'test', log: createLogger('test', { level: 'silent' }), cacheFolder: folder });
  const shown: WeakRef<RunRecord>[] = [];
  bus.serve(rpc.getRun, async ({ runId }) => ({ runId, name: 'long', specJson: '{}', status: shown.length < 2 ? RunStatus.RUN_STATUS_RUNNING : RunStatus.RUN_STATUS_COMPLETED }));
  const view = { show: (run: RunRecord) => void shown.push(new WeakRef(run)), note: () => undefined, stop: () => undefined };
  await followRun(bus, 'long', view, new AbortController().signal);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await setImmediate();
  collect();
  expect(shown.map((run) => run.deref())).toEqual([undefined, undefined, undefined]);
  await rm(folder, { recursive: true });
});
