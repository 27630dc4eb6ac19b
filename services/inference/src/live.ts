import { availableParallelism } from 'node:os';
import { rpc, type Bus } from '@minchat/bus';
import type { ArtifactRef, GenerateRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { Engine } from './engine/engine.ts';
import { measureAnswers } from './metrics.ts';

/** What the live engine reads of the environment. */
export const liveEnv = {
  /** Answers decoded together, per model. */
  INFERENCE_SLOTS: z.coerce.number().int().min(1).max(1024).default(64),
  /** Answers that may wait for a slot; beyond that requests are refused with MC_OVERLOADED. */
  INFERENCE_QUEUE: z.coerce.number().int().min(0).max(100_000).default(256),
  /** Compute threads beside each other for small models, whose answers they share; 1 for one that computes with all processors. */
  INFERENCE_LANES: z.coerce.number().int().min(1).max(64).default(Math.min(availableParallelism(), 4)),
  /** Models kept loaded by a compute thread; the one unused for longest makes room. */
  INFERENCE_MODELS: z.coerce.number().int().min(1).max(64).default(3),
  /** Memory for keys and values of all models together; slots are fewer, and texts shorter than a long context, when they would not fit. */
  INFERENCE_KV_MB: z.coerce.number().min(1).default(1024),
  /** The pieces of an answer within so many milliseconds, or one for each running answer, are sent as one. */
  INFERENCE_STREAM_MS: z.coerce.number().min(0).max(1000).default(30),
  /** How long running answers may take to end after SIGTERM. */
  INFERENCE_DRAIN_SECONDS: z.coerce.number().min(0).default(20),
} as const;
export type LiveEnv = z.output<z.ZodObject<typeof liveEnv>>;

/**
 * Serves `generate`, `score` and `embed` on the bus. Instances share the requests by queue group; one whose
 * queue is full declines with MC_OVERLOADED before anything was sent, and the caller asks again,
 * which reaches any of them. Its metrics go into `registry`.
 */
export async function startLive(bus: Bus, env: LiveEnv, log: Logger, registry = new Registry()): Promise<{ engine: Engine; stop(): Promise<void> }> {
  const engine = await Engine.start({
    slots: env.INFERENCE_SLOTS,
    lanes: env.INFERENCE_LANES,
    queue: env.INFERENCE_QUEUE,
    models: env.INFERENCE_MODELS,
    kvBytes: env.INFERENCE_KV_MB * 2 ** 20,
    streamMs: env.INFERENCE_STREAM_MS,
    // Every byte is verified here: when a model is loaded, not with each request.
    fetch: (model) => bus.artifacts.get(model),
  });
  log.info({ backend: engine.backend, slots: env.INFERENCE_SLOTS, lanes: env.INFERENCE_LANES }, 'live engine ready');

  const measured = measureAnswers(registry, () => engine.load);
  const modelOf = ({ model }: { model?: ArtifactRef | undefined }, kind: string): ArtifactRef => {
    if (model?.kind !== kind) throw new MinchatError('MC_USAGE', `expected a ${kind}, found ${model?.kind ?? 'nothing'}`);
    return model;
  };

  const served = [
    bus.serve(rpc.generate, (request, { signal }) => {
      checkRequest(request);
      return measured(engine.generate(modelOf(request, 'model'), request, signal));
    }),
    bus.serve(rpc.score, async function* (request, { signal }) {
      const pieces = engine.score(modelOf(request, 'reward-model'), request, signal);
      for await (const { scores } of pieces) yield { scores };
    }),
    bus.serve(rpc.embed, async function* (request, { signal }) {
      const pieces = engine.embed(modelOf(request, 'model'), request, signal);
      for await (const { embeddings, promptTokens } of pieces) yield { embeddings: embeddings.map((values) => ({ values })), promptTokens };
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
