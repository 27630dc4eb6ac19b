import type { Command } from 'commander';
import type { Bus } from '@minchat/bus';
import { connect } from '../connection.ts';
import { createOutput, type Output } from '../output.ts';

/** The output a command writes through: --json may stand before or behind its name. */
export function outputOf(command: Command): Output {
  return createOutput(command.optsWithGlobals()['json'] === true);
}

/** Runs `work` with a connection to the system that is there. */
export async function withBus<T>(work: (bus: Bus) => Promise<T>, natsUrl?: string): Promise<T> {
  const bus = await connect(natsUrl);
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

/** Aborted by the first Ctrl-C or SIGTERM; the second one ends the process. */
export function stopSignal(onSecond: () => void = () => undefined): AbortSignal {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      onSecond();
      process.exit(signal === 'SIGINT' ? 130 : 143);
    }
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
