import { busOptions, connectBus } from '@minchat/bus';
import { commonEnv, readEnv, stageEnv } from '@minchat/config';
import { runStageService } from '@minchat/stage';
import { createLogger } from '@minchat/telemetry';
import { z } from 'zod';
import { liveEnv, startLive } from './live.ts';

// Two things in one process: the stage host, which takes `sample` jobs, and the live engine, which
// answers requests. Each computes in a thread of its own, so that neither waits for the other.

const env = readEnv(z.object({ ...commonEnv, ...stageEnv, ...liveEnv }));
const log = createLogger('inference', { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY });
let serving = false;
const stages = runStageService({ service: 'inference', kinds: ['sample'], defaultPlugin: '@minchat/inference', thread: 'worker', checks: async () => ({ engine: serving }) });

const bus = await connectBus(busOptions(env, 'inference-live', log));
const live = await startLive(bus, env, log);
serving = true;

// From the first signal on: no new requests, the running answers end, meanwhile the stage host hands
// its job back.
const signalled = Promise.withResolvers<void>();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => signalled.resolve());
const ending = signalled.promise.then(() => live.stop());
void Promise.race([live.engine.gone, signalled.promise]).then((error) => {
  if (error === undefined) return;
  // Without its compute thread the process is of no use: whoever watches it starts it again.
  log.fatal({ error }, 'live engine failed');
  process.exitCode = 70;
  process.kill(process.pid, 'SIGTERM');
});

await Promise.all([stages, ending]);
await bus.close();
