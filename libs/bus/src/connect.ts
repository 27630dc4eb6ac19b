import type { Bus, BusOptions } from './types.ts';

/**
 * Connects, and creates the streams, consumers and buckets that are missing. Throws
 * MC_NATS_UNAVAILABLE after `waitMs`, MC_NATS_NO_JETSTREAM. Afterwards the connection is mended
 * for ever.
 */
export function connectBus(options: BusOptions): Promise<Bus> {
  throw new Error("being built");
}
