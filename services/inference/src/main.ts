import { runService } from '@minchat/bus';
import { commonEnv, computeEnv, readEnv, stageEnv } from '@minchat/config';
import { stageStopSeconds, startStageHost } from '@minchat/stage';
import { z } from 'zod';
import { liveEnv, startLive } from './live.ts';

// Two things in one process: the live engine, which answers requests, and the stage host, which takes
// `sample` jobs. Each computes in a thread of its own, so that neither waits for the other.

await runService({
  name: 'inference',
  readSettings: () => readEnv(z.object({ ...commonEnv, ...stageEnv, ...computeEnv, ...liveEnv })),
  async start(context) {
    const live = await startLive(context.bus, context.env, context.log, context.metrics.registry);
    const stages = await startStageHost({ service: 'inference', kinds: ['sample'], defaultPlugin: '@minchat/inference' }, context);
    let stopping = false;
    void live.engine.gone.then((error) => {
      if (stopping) return;
      // Without its compute thread the process is of no use: whoever watches it starts it again.
      context.log.fatal({ error }, 'live engine failed');
      process.exitCode = 70;
      process.kill(process.pid, 'SIGTERM');
    });
    return {
      // No new requests, the running answers end, meanwhile the stage host hands its job back.
      async stop() {
        stopping = true;
        await Promise.all([stages.stop(), live.stop()]);
      },
    };
  },
  stopSeconds: (env) => Math.max(stageStopSeconds(env), env.INFERENCE_DRAIN_SECONDS + 10),
});
