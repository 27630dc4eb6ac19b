import { rpc, type Bus } from '@minchat/bus';
import type { ArtifactRef, GenerateRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { z } from 'zod';
import { Engine } from './engine/engine.ts';

/** What the live engine reads of the environment. */
export const liveEnv = {
  /** Answers decoded together, per model. */
  INFERENCE_SLOTS: z.coerce.number().int().min(1).max(1024).default(64),
  /** Answers that may wait for a slot; beyond that requests are refused with MC_OVERLOADED. */
  INFERENCE_QUEUE: z.coerce.number().int().min(0).max(100_000).default(256),
  /** Models kept loaded; the one unused for longest makes room. */
  INFERENCE_MODELS: z.coerce.number().int().min(1).max(64).default(3),
  /** Memory for keys and values of all models together; slots are fewer when they would not fit. */
  INFERENCE_KV_MB: z.coerce.number().min(1).default(1024),
  /** How long running answers may take to end after SIGTERM. */
  INFERENCE_DRAIN_SECONDS: z.coerce.number().min(0).default(20),
} as const;
export type LiveEnv = z.output<z.ZodObject<typeof liveEnv>>;

const generatingKinds = new Set(['model']);

/**
 * Serves `generate` and `score` on the bus. Instances share the requests by queue group; one whose
 * queue is full declines with MC_OVERLOADED before anything was sent, and the caller asks again,
 * which reaches any of them.
 */
export async function startLive(bus: Bus, env: LiveEnv, log: Logger): Promise<{ engine: Engine; stop(): Promise<void> }> {
  const engine = await Engine.start({
    slots: env.INFERENCE_SLOTS,
    queue: env.INFERENCE_QUEUE,
    models: env.INFERENCE_MODELS,
    kvBytes: env.INFERENCE_KV_MB * 2 ** 20,
  });
  log.info({ backend: engine.backend, slots: env.INFERENCE_SLOTS }, 'live engine ready');

  const open = async (model: ArtifactRef | undefined, kinds: ReadonlySet<string>, signal: AbortSignal) => {
    if (model === undefined || !kinds.has(model.kind)) {
      throw new MinchatError('MC_USAGE', `expected a ${[...kinds].join(' or ')}, found ${model?.kind ?? 'nothing'}`);
    }
    return { digest: model.digest, folder: await bus.artifacts.get(model, { signal }) };
  };

  const served = [
    bus.serve(rpc.generate, async function* (request, { signal }) {
      checkRequest(request);
      yield* engine.generate(await open(request.model, generatingKinds, signal), request, signal);
    }),
    bus.serve(rpc.score, async (request, { signal }) => {
      const texts = request.texts.map(({ messages, completion }) => ({ messages, completion }));
      return { scores: await engine.score(await open(request.model, new Set(['reward-model']), signal), texts) };
    }),
  ];
  return {
    engine,
    async stop() {
      // New requests go to other instances, running answers end.
      await Promise.all(served.map((subscription) => subscription.stop(env.INFERENCE_DRAIN_SECONDS * 1000)));
      await engine.close();
    },
  };
}

/** Values that the sampler cannot use. Throws MC_USAGE. */
function checkRequest(request: GenerateRequest): void {
  const inRange = (name: string, value: number, low: number, high: number): void => {
    if (!(value >= low && value <= high)) throw new MinchatError('MC_USAGE', `${name}: expected ${low} to ${high}, found ${value}`);
  };
  inRange('n', request.n, 1, 1024);
  inRange('temperature', request.temperature, 0, 100);
  inRange('top_p', request.topP, 0, 1);
  inRange('top_logprobs', request.topLogprobs, 0, 100);
}
