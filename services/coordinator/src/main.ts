import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { connectBus } from '@minchat/bus';
import { commonEnv, readEnv } from '@minchat/config';
import { errorCodes, toMinchatError } from '@minchat/errors';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@minchat/telemetry';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { Coordinator } from './coordinator.ts';

let log = createLogger('coordinator', { level: 'info' });
try {
  const env = readEnv(z.object(commonEnv));
  log = createLogger('coordinator', { level: env.LOG_LEVEL });
  const tracing = startTracing('coordinator');
  const { registry } = createMetrics('coordinator');
  const runs = new Gauge({ name: 'minchat_runs', help: 'Runs, by status.', labelNames: ['status'], registers: [registry] });
  let ready = false;
  let connected = () => false;
  const health = await startHealthServer({ port: env.HEALTH_PORT, registry, ready: () => ready && connected() });
  const stop = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);

  const connecting = connectBus({ url: env.NATS_URL, token: env.NATS_TOKEN, name: 'coordinator', log, waitMs: env.NATS_WAIT_SECONDS * 1000 });
  const bus = await Promise.race([connecting, stop.then(() => process.exit(0))]);
  connected = () => bus.connected;
  const coordinator = new Coordinator({
    bus,
    log,
    onSweep: (counts) => {
      runs.reset();
      for (const [status, count] of counts) runs.set({ status }, count);
    },
  });
  await coordinator.start();
  ready = true;
  log.info({ healthPort: health.port }, 'ready');

  await stop;
  ready = false;
  log.info('stopping');
  // What cannot be ended within this time is done again by the next coordinator.
  await Promise.race([coordinator.stop().then(() => bus.close()), sleep(10_000)]);
  await Promise.all([health.close(), tracing.shutdown()]);
  process.exit(0);
} catch (thrown) {
  const error = toMinchatError(thrown);
  log.fatal({ error, code: error.code, hint: error.hint }, error.message);
  process.exit(errorCodes[error.code].exit);
}
