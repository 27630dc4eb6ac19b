import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerTracker, type AnswerPiece } from './answer.ts';

const eos = 0;
/** Ids 1.. stand for bytes; decodes UTF-8 as soon as characters are whole. */
function byteDecoder(): { push(id: number): string; flush(): string } {
  const decoder = new TextDecoder();
  return { push: (id) => decoder.decode(Uint8Array.of(id - 1), { stream: true }), flush: () => decoder.decode() };
}
const idsOf = (text: string): number[] => [...new TextEncoder().encode(text)].map((byte) => byte + 1);

function follow(ids: readonly number[], stop: readonly string[] = [], maxTokens = 1000) {
  const tracker = new AnswerTracker({ decoder: byteDecoder(), stop, eosIds: [eos], maxTokens });
  const pieces: AnswerPiece[] = [];
  for (const id of ids) {
    tracker.push(id, { logprob: -id, top: [] });
    pieces.push(tracker.take());
    if (tracker.finish !== undefined) break;
  }
  return {
    text: pieces.map((piece) => piece.text).join(''),
    ids: pieces.flatMap((piece) => piece.tokens.map((token) => token.id)),
    finish: pieces.at(-1)?.finish,
    count: tracker.count,
    pieces,
  };
}

describe('AnswerTracker', () => {
  it('ends at the end token and does not tell it', () => {
    expect(follow([...idsOf('hi'), eos])).toMatchObject({ text: 'hi', ids: idsOf('hi'), finish: 'stop', count: 3 });
  });

  it('ends at the limit', () => {
    expect(follow(idsOf('hello'), [], 3)).toMatchObject({ text: 'hel', finish: 'length', count: 3 });
  });

  it('ends before a stop string and leaves out its tokens', () => {
    const out = follow(idsOf('one. two'), ['. ']);
    expect(out).toMatchObject({ text: 'one', ids: idsOf('one'), finish: 'stop', count: 5 });
  });

  it('sends what it held back when the answer ends', () => {
    expect(follow([...idsOf('one.'), eos], ['. '])).toMatchObject({ text: 'one.', ids: idsOf('one.'), finish: 'stop' });
    expect(follow(idsOf('one.'), ['. '], 4)).toMatchObject({ text: 'one.', ids: idsOf('one.'), finish: 'length' });
  });

  it('never sends half a character, and replaces one that stays half', () => {
    const [first, second] = idsOf('é');
    const out = follow([first!, second!, first!, eos]);
    expect(out.pieces.map((piece) => piece.text)).toEqual(['', 'é', '', '\uFFFD']);
    expect(out.ids).toEqual([first, second, first]);
  });

  it('gives all that became certain since it was asked last, and tokens only with their log-probabilities', () => {
    const tracker = new AnswerTracker({ decoder: byteDecoder(), stop: ['ab'], eosIds: [eos], maxTokens: 9 });
    for (const id of idsOf('hel')) tracker.push(id);
    expect(tracker.take()).toEqual({ text: 'hel', tokens: [], finish: undefined });
    tracker.push(idsOf('a')[0]!);
    expect(tracker.hasNews).toBe(false);
    tracker.push(idsOf('b')[0]!);
    expect(tracker.hasNews).toBe(true);
    expect(tracker.take()).toEqual({ text: '', tokens: [], finish: 'stop' });
  });

  it('tells every token of a text without stop strings once and in order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const out = follow([...idsOf(text), eos]);
        expect(out.text).toBe(text.toWellFormed());
        expect(out.ids).toEqual(idsOf(text));
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
