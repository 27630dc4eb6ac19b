import type { KV } from 'nats';
import { retrying } from './nats-errors.ts';
import type { PluginRecords } from './types.ts';

/** The bucket `plugins`: the name of a plugin by the kind of stage, as text. */
export function createPluginRecords(kv: KV): PluginRecords {
  return {
    announce: async (kind, plugin) => void (await retrying('announcing a plugin', () => kv.put(kind, plugin))),
    async of(kind) {
      const entry = await retrying('reading which plugin runs', () => kv.get(kind), { forMs: 5000 });
      return entry === null || entry.operation !== 'PUT' ? undefined : entry.string();
    },
  };
}
