import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { busOptions, connectBus, type Bus } from '@minchat/bus';
import { commonEnv, readEnv } from '@minchat/config';
import { createLogger } from '@minchat/telemetry';
import { z } from 'zod';
import { errorColors, isTerminal } from './colors.ts';
import { homeFolder } from './paths.ts';
import { runningSystem } from './system/lock.ts';

const waitMs = 100;
const toldAfterWaits = 20;

/** Where the system is: NATS_URL, else the `minchat up` of this home, as soon as it is ready, else the usual address. */
export async function findSystem(): Promise<{ natsUrl: string; gatewayUrl: string | undefined; running: boolean }> {
  const given = process.env['NATS_URL'];
  if (given) return { natsUrl: given, gatewayUrl: undefined, running: true };
  const home = homeFolder();
  let system = await runningSystem(home);
  for (let waits = 0; system !== undefined && system.natsUrl === undefined; waits += 1) {
    // A large database takes minutes to be brought up to date.
    if (waits === toldAfterWaits && isTerminal(process.stderr)) console.error(errorColors.dim(`Waiting for the minchat that starts in ${home} (process ${system.pid})`));
    await sleep(waitMs);
    system = await runningSystem(home);
  }
  return { natsUrl: system?.natsUrl ?? 'nats://127.0.0.1:4222', gatewayUrl: system?.gatewayUrl, running: system?.natsUrl !== undefined };
}

/** Whoever asks for a server that is not there shall hear of it soon. */
const otherWaitMs = 3000;

/** Connects to the system that is there. Throws MC_NATS_UNAVAILABLE, soon where none is known to run. */
export async function connect(natsUrl?: string): Promise<Bus> {
  const env = readEnv(z.object(commonEnv));
  const system = natsUrl === undefined ? await findSystem() : { natsUrl, running: true };
  // That of this home is there, as it tells itself: on a busy machine it may answer late.
  const isOurs = system.running && !process.env['NATS_URL'];
  return connectBus({
    // What goes wrong is told by the errors of the calls.
    ...busOptions(env, 'minchat-cli', createLogger('cli', { level: 'silent' })),
    url: system.natsUrl,
    ...(isOurs ? {} : { waitMs: otherWaitMs }),
    cacheFolder: join(homeFolder(), 'cache'),
  });
}
