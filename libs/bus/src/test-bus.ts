// What the tests of this package share.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@minchat/telemetry';
import { connectBus } from './connect.ts';
import type { Bus, BusOptions } from './types.ts';

export const quiet = createLogger('test', { level: 'silent' });

/** A bus whose cache goes away with it. */
export async function testBus(url: string, options: Partial<BusOptions> = {}): Promise<Bus & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-bus-'));
  const bus = await connectBus({ url, name: 'test', log: quiet, waitMs: 5000, cacheFolder: join(folder, 'cache'), ...options });
  const close = async (): Promise<void> => {
    await bus.close();
    await rm(folder, { recursive: true, force: true });
  };
  return Object.assign(Object.create(bus) as Bus, { folder, close, [Symbol.asyncDispose]: close });
}
