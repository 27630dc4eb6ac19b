import { setTimeout as delay } from 'node:timers/promises';
import { rpc, type Bus } from '@minchat/bus';
import type { GenerateChunk, GenerateRequest, Init } from '@minchat/contracts';
import { isMinchatError } from '@minchat/errors';
import type { Inference } from './openai/generation.ts';

const attempts = 3;
const timeoutMs = 60_000;

/**
 * Asks the inference workers. One whose queue is full declines before it sends anything; asking
 * again reaches any of them, so that load finds its way to one with room.
 */
export function busInference(bus: Pick<Bus, 'stream' | 'call'>): Inference {
  return {
    async *generate(request: Init<GenerateRequest>, signal: AbortSignal): AsyncGenerator<GenerateChunk, void, undefined> {
      for (let attempt = 1; ; attempt += 1) {
        let begun = false;
        try {
          for await (const chunk of bus.stream(rpc.generate, request, { signal })) {
            begun = true;
            yield chunk;
          }
          return;
        } catch (error) {
          if (begun || attempt === attempts || !isDeclined(error) || signal.aborted) throw error;
        }
        await delay(attempt * 20, undefined, { signal });
      }
    },
    score: async (request, signal) => (await ask(() => bus.call(rpc.score, request, { signal, timeoutMs }), signal)).scores,
    embed: (request, signal) => ask(() => bus.call(rpc.embed, request, { signal, timeoutMs }), signal),
  };
}

async function ask<Reply>(once: () => Promise<Reply>, signal: AbortSignal): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once();
    } catch (error) {
      if (attempt === attempts || !isDeclined(error) || signal.aborted) throw error;
    }
    await delay(attempt * 20, undefined, { signal });
  }
}

function isDeclined(error: unknown): boolean {
  return isMinchatError(error) && error.code === 'MC_OVERLOADED';
}
