import { runService } from '@minchat/bus';
import { listenError } from '@minchat/errors';
import { readGatewayEnv } from './env.ts';
import { createServer } from './server.ts';

// The process: serves, and on SIGTERM lets running answers end.

const drainMs = 20_000;

await runService({
  name: 'gateway',
  readSettings: readGatewayEnv,
  async start({ bus, env, log, metrics }) {
    const server = await createServer(bus, env, log, metrics.registry);
    const place = { host: env.GATEWAY_HOST, port: env.GATEWAY_PORT };
    const address = await server.listen(place).catch((cause: unknown) => {
      throw listenError(cause, 'GATEWAY', place);
    });
    log.info({ address }, 'gateway listens');
    return {
      // Nothing else: without a coordinator or a worker it still serves the studio, and says what is missing.
      checks: () => ({ http: server.server.listening }),
      async stop() {
        // What has not ended after a while is cut off.
        const cut = setTimeout(() => server.server.closeAllConnections(), drainMs);
        await server.close();
        clearTimeout(cut);
      },
    };
  },
  stopSeconds: () => drainMs / 1000 + 10,
});
