import { setTimeout as delay } from 'node:timers/promises';
import { rpc, type Bus, type StreamDef } from '@minchat/bus';
import type { Init } from '@minchat/contracts';
import { isMinchatError } from '@minchat/errors';
import type { Inference } from './openai/generation.ts';

const attempts = 3;

/**
 * Asks the inference workers. One whose queue is full declines before it sends anything; asking
 * again reaches any of them, so that load finds its way to one with room.
 */
export function busInference(bus: Pick<Bus, 'stream'>): Inference {
  async function* ask<Request, Reply>(def: StreamDef<Request, Reply>, request: Init<Request>, signal: AbortSignal): AsyncGenerator<Reply, void, undefined> {
    for (let attempt = 1; ; attempt += 1) {
      let begun = false;
      try {
        for await (const piece of bus.stream(def, request, { signal })) {
          begun = true;
          yield piece;
        }
        return;
      } catch (error) {
        if (begun || attempt === attempts || !isDeclined(error) || signal.aborted) throw error;
      }
      await delay(attempt * 20);
    }
  }
  return {
    generate: (request, signal) => ask(rpc.generate, request, signal),
    score: async (request, signal) => (await Array.fromAsync(ask(rpc.score, request, signal))).flatMap(({ scores }) => scores),
    async embed(request, signal) {
      const pieces = await Array.fromAsync(ask(rpc.embed, request, signal));
      return { embeddings: pieces.flatMap(({ embeddings }) => embeddings), promptTokens: pieces.reduce((sum, { promptTokens }) => sum + promptTokens, 0) };
    },
  };
}

function isDeclined(error: unknown): boolean {
  return isMinchatError(error) && error.code === 'MC_OVERLOADED';
}
