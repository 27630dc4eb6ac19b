import { busOptions, connectBus } from '@minchat/bus';
import { errorCodes, MinchatError, toMinchatError } from '@minchat/errors';
import { createLogger, createMetrics, startHealthServer, startTracing } from '@minchat/telemetry';
import { readGatewayEnv } from './env.ts';
import { createServer } from './server.ts';

// The process: connects, serves, and on SIGTERM lets running answers end.

const drainMs = 20_000;
const log = createLogger('gateway');
try {
  const env = readGatewayEnv();
  const tracing = startTracing('gateway');
  const metrics = createMetrics('gateway');
  const bus = await connectBus({ ...busOptions(env, 'gateway', log), metrics });
  const server = await createServer(bus, env, log, metrics.registry);
  let stopping = false;
  const health = await startHealthServer({ port: env.HEALTH_PORT, registry: metrics.registry, ready: () => bus.connected && !stopping });
  const address = await server.listen({ host: env.GATEWAY_HOST, port: env.GATEWAY_PORT }).catch((cause: unknown) => {
    const error = toMinchatError(cause);
    throw error.code === 'MC_PORT_TAKEN' ? new MinchatError('MC_PORT_TAKEN', `GATEWAY_PORT=${env.GATEWAY_PORT}: expected a free port, found it in use`, { cause }) : error;
  });
  log.info({ address, healthPort: health.port }, 'gateway listens');
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // Running answers may end; what has not after a while is cut off.
    const cut = setTimeout(() => server.server.closeAllConnections(), drainMs);
    await server.close();
    clearTimeout(cut);
    await bus.close();
    await health.close();
    await tracing.shutdown();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
} catch (error) {
  const { code, message, hint } = toMinchatError(error);
  log.fatal({ err: error, code, hint }, message);
  process.exit(errorCodes[code].exit);
}
