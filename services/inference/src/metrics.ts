import type { GenerateChunk } from '@minchat/contracts';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/**
 * Measures what tells whether there are enough workers, beside how long requests take (minchat_rpc_seconds).
 * `load` is asked whenever the metrics are; what is returned counts the pieces of a request's answers as they pass.
 */
export function measureAnswers(registry: Registry, load: () => { answers: number; capacity: number }): (chunks: AsyncIterable<GenerateChunk>) => AsyncGenerator<GenerateChunk, void, undefined> {
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number): void => void new Gauge({ name, help, registers, collect() { this.set(value()); } });
  gauge('minchat_answers', 'Answers asked for and not over, those that wait among them.', () => load().answers);
  gauge('minchat_answers_capacity', 'How many there may be; beyond that requests are declined.', () => load().capacity);
  const firstSeconds = new Histogram({ name: 'minchat_first_token_seconds', help: 'Seconds from a request to the first piece of an answer.', buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30], registers });
  const tokens = new Counter({ name: 'minchat_tokens_total', help: 'Tokens of prompts, and of answers.', labelNames: ['of'], registers });
  return async function* measured(chunks) {
    const began = performance.now();
    const written = new Map<number, number>();
    for await (const chunk of chunks) {
      if (written.size === 0) {
        firstSeconds.observe((performance.now() - began) / 1000);
        tokens.inc({ of: 'prompts' }, chunk.promptTokens);
      }
      tokens.inc({ of: 'answers' }, chunk.completionTokens - (written.get(chunk.index) ?? 0));
      written.set(chunk.index, chunk.completionTokens);
      yield chunk;
    }
  };
}
