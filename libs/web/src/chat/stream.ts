import { request, serverEvents, type Message } from '../api.ts';
import { t } from '../preferences.ts';
import { messageOf } from '../ui.tsx';
import type { Sampling } from './sampling.ts';
import { tokenReader, type TokenView, type WireToken } from './tokens.ts';

export interface Answer {
  text: string;
  state: 'writing' | 'done' | 'stopped' | 'failed';
  finished: boolean;
  error: string;
  tokens: number;
  seconds: number;
  /** Only when probabilities were asked for. */
  probabilities?: TokenView[] | undefined;
}

export const noAnswer: Answer = { text: '', state: 'writing', finished: true, error: '', tokens: 0, seconds: 0 };

interface Chunk {
  choices: { delta: { content?: string }; finish_reason: 'stop' | 'length' | null; logprobs?: { content: WireToken[] | null } | null }[];
  usage?: { completion_tokens: number } | null;
}

/** Asks a model, telling the answer as it grows. It never throws: what went wrong is in the answer. */
export async function streamAnswer(model: string, messages: readonly Message[], sampling: Sampling, probabilities: boolean, signal: AbortSignal, onChange: (answer: Answer) => void): Promise<Answer> {
  const began = performance.now();
  const read = tokenReader();
  let ended = false;
  let answer: Answer = probabilities ? { ...noAnswer, probabilities: [] } : noAnswer;
  const change = (next: Partial<Answer>): void => {
    answer = { ...answer, ...next, seconds: (performance.now() - began) / 1000 };
    onChange(answer);
  };
  const body = {
    model, messages, stream: true, stream_options: { include_usage: true }, temperature: sampling.temperature, max_tokens: sampling.maxTokens, seed: sampling.seed,
    ...(probabilities ? { logprobs: true, top_logprobs: 5 } : {}),
  };
  try {
    const response = await request('/v1/chat/completions', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal });
    for await (const chunk of serverEvents<Chunk>(response)) {
      const [choice] = chunk.choices;
      const text = choice?.delta.content ?? '';
      const tokens = choice?.logprobs?.content?.map(read);
      if (text !== '' || tokens) change({ text: answer.text + text, ...(tokens ? { probabilities: [...(answer.probabilities ?? []), ...tokens] } : {}) });
      if (choice?.finish_reason) {
        ended = true;
        change({ finished: choice.finish_reason === 'stop' });
      }
      if (chunk.usage) change({ tokens: chunk.usage.completion_tokens });
    }
    // A proxy may end in good order what was broken off behind it.
    if (!ended) throw new Error(t('The connection broke off before the end.'));
    change({ state: 'done' });
  } catch (error) {
    if (signal.aborted) change({ state: 'stopped', finished: false });
    else change({ state: 'failed', error: messageOf(error) });
  }
  return answer;
}
