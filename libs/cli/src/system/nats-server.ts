import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MinchatError } from '@minchat/errors';
import { findProgram, freePort, portError } from './process.ts';

/** How to start the server; throws MC_NATS_UNAVAILABLE when there is none, MC_PORT_TAKEN, MC_ACCESS_DENIED. */
export async function natsCommand(storeFolder: string, wanted: number): Promise<{ program: string; args: string[]; port: number }> {
  const program = findProgram('nats-server');
  if (program === undefined) {
    throw new MinchatError('MC_NATS_UNAVAILABLE', 'found no nats-server in PATH', {
      hint: 'Install it: `apt-get install nats-server` (Debian, Ubuntu), `brew install nats-server` (macOS), or from https://github.com/nats-io/nats-server/releases; or set NATS_URL to a server that runs.',
    });
  }
  const error = wanted === 0 ? undefined : await portError(wanted);
  if (error?.code === 'MC_PORT_TAKEN') {
    throw new MinchatError('MC_PORT_TAKEN', `port ${wanted}, for NATS, is taken by another program`, {
      hint: `If that is the NATS server to use, set NATS_URL=nats://127.0.0.1:${wanted}; else set MINCHAT_NATS_PORT to another port (0 takes any).`,
    });
  }
  if (error !== undefined) throw new MinchatError(error.code, `MINCHAT_NATS_PORT=${wanted}: ${error.message}`, { cause: error });
  const port = wanted === 0 ? await freePort() : wanted;
  return { program, port, args: ['--addr', '127.0.0.1', '--port', String(port), '--jetstream', '--store_dir', storeFolder] };
}

/** Waits until a NATS server, which writes to `log`, greets on the port. Throws MC_NATS_UNAVAILABLE after `waitMs`. */
export async function waitForNats(port: number, waitMs: number, log: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + waitMs;
  while (!signal.aborted) {
    const socket = connect(port, '127.0.0.1');
    try {
      const [greeting] = (await once(socket, 'data', { signal: AbortSignal.any([signal, AbortSignal.timeout(1000)]) })) as [Buffer];
      if (greeting.toString('latin1').startsWith('INFO ')) return;
    } catch (error) {
      if (Date.now() > end) throw new MinchatError('MC_NATS_UNAVAILABLE', `nats-server on port ${port} did not answer in ${waitMs / 1000} s`, { cause: error, hint: `Read ${log}.` });
    } finally {
      socket.destroy();
    }
    await sleep(50);
  }
}
