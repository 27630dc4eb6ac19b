import type { ArtifactRef, EmbedInput, GenerateChunk, GenerateRequest, ScoredText, WireError } from '@minchat/contracts';

// What the main thread and the compute thread say to each other.

/** What is asked of texts as they are, without an answer that grows. */
export type Reading = { type: 'score'; texts: ScoredText[] } | { type: 'embed'; inputs: EmbedInput[] };

/** What a client asks of a model. */
export interface Ask {
  client: string;
  source: ArtifactRef;
  work: { type: 'generate'; request: GenerateRequest } | Reading;
}

export type ToCompute =
  | ({ type: 'ask'; id: number } & Ask)
  /** The local folder of a model that was asked for by `fetch`, or why there is none. */
  | { type: 'fetched'; digest: string; folder: string }
  | { type: 'unfetched'; digest: string; error: WireError }
  /** The client is gone, or wants no more. */
  | { type: 'cancel'; id: number };

/** What becomes of one request: pieces, then one end. Scores and embeddings are those of the next texts. */
export type Outcome =
  /** One with log-probabilities encoded: as objects they take seven times as much memory until somebody reads them. */
  | { id: number; type: 'chunk'; chunk: GenerateChunk | Uint8Array }
  | { id: number; type: 'scores'; scores: number[] }
  | { id: number; type: 'embeddings'; embeddings: number[][]; promptTokens: number }
  | { id: number; type: 'done' }
  | { id: number; type: 'error'; error: WireError };

export type FromCompute =
  | { type: 'ready'; backend: string; reason: string }
  | { type: 'failed'; error: WireError }
  /** A model is to be loaded: its folder is wanted. */
  | { type: 'fetch'; source: ArtifactRef }
  /** All that came of one round of tokens, in one message. */
  | { type: 'outcomes'; outcomes: Outcome[] };

/** Whether a backend computes on the processors; of other devices there is one, however many threads use it. */
export function computesOnProcessors(backend: string): boolean {
  return ['native', 'wasm', 'cpu'].includes(backend);
}

export interface ComputeOptions {
  /** Answers decoded together, per model, by all lanes. */
  slots: number;
  /** Bytes of KV cache for all models and lanes together; slots are fewer, and shorter than a long context, when they would not fit. */
  kvBytes: number;
  /** Threads beside each other, of which this is one. More than one leave half of `kvBytes` to the thread for large models. */
  lanes: number;
  /** Threads that kernels run on. */
  threads: number;
  /** Models kept loaded. */
  models: number;
  /** The pieces of an answer within so many milliseconds are sent as one. */
  streamMs: number;
}
