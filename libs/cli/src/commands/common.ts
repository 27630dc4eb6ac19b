import { isatty } from 'node:tty';
import type { Command } from 'commander';
import { rpc, type Bus } from '@minchat/bus';
import { suggest } from '@minchat/config';
import { findRun, namePattern } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { connect } from '../connection.ts';
import { aboutRun } from '../run/about-run.ts';
import { createOutput, type Output } from '../output.ts';

/** The output a command writes through: --json may stand before or behind its name. */
export function outputOf(command: Command): Output {
  return createOutput(command.optsWithGlobals()['json'] === true);
}

/** `--set`, each time with one setting: more of them at once would take what stands behind, the spec say, for one. */
export function addSet(command: Command): Command {
  return command.option('--set <stage.key=value>', 'change a setting (value in YAML; none for the default); may be given several times', (text: string, before?: readonly string[]) => [...(before ?? []), text]);
}

/** Seeds and lengths are kept to 32 bits. */
const largestWhole = 0xffff_ffff;

/** Reads an option that is a whole number. Throws MC_USAGE. */
export const wholeOption = (name: string, least: number) => (text: string) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > largestWhole) {
    throw new MinchatError('MC_USAGE', `--${name}: expected a whole number from ${least} to ${largestWhole}, found "${text}"`);
  }
  return value;
};

/** Runs `work` with a connection to the system that is there. */
export async function withBus<T>(work: (bus: Bus) => Promise<T>, natsUrl?: string): Promise<T> {
  const bus = await connect(natsUrl);
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

/** What commands about one run take. */
export const runArgument = "a run's id or name (the newest of that name), or latest";

/** The same for what is about one run, of a name that `findRun` takes. */
export async function withRun<T>(name: string, work: (bus: Bus, runId: string) => Promise<T>): Promise<T> {
  return withBus(async (bus) => {
    const { runs } = await bus.call(rpc.listRuns, { limit: 1000 });
    const runId = findRun(runs, name)?.runId ?? (await unlisted(bus, name));
    // The newest: there may be a thousand.
    if (runId === undefined) throw new MinchatError('MC_NOT_FOUND', `there is no run ${name}${suggest(name, runs.slice(0, 20).map((run) => run.runId))}`);
    return work(bus, runId).catch((error: unknown) => {
      throw aboutRun(error, runId);
    });
  });
}

/** The id of a run that is too old for a list, which has as many as one message holds. */
async function unlisted(bus: Bus, runId: string): Promise<string | undefined> {
  if (!namePattern.test(runId)) return undefined;
  const found = await bus.call(rpc.getRun, { runId }).catch((error: unknown) => {
    if (error instanceof MinchatError && error.code === 'MC_NOT_FOUND') return undefined;
    throw error;
  });
  return found?.runId;
}

/**
 * Aborted by Ctrl-C, SIGTERM, or the end of the terminal (SIGHUP), if there is one: what `nohup` has taken off it goes on, and
 * Node.js forgets at its start that the signal is to be ignored. Ctrl-C after that ends the process.
 */
export function stopSignal(onSecond: () => void = () => undefined): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) {
      onSecond();
      process.exit(130);
    }
    stop();
  });
  // To a whole group of processes these come twice, by the one who sent them and by npm: only a person is impatient.
  // Asked now: one that has ended is none any more.
  const atTerminal = [0, 1, 2].some((stream) => isatty(stream));
  process.on('SIGTERM', stop).on('SIGHUP', () => {
    if (atTerminal) stop();
  });
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
