import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StopFilter } from './stop-filter.ts';

function run(stops: readonly string[], pieces: readonly string[]): { text: string; stopped: boolean } {
  const filter = new StopFilter(stops);
  let text = '';
  for (const piece of pieces) {
    const out = filter.push(piece);
    text += out.text;
    if (out.stopped) return { text, stopped: true };
  }
  return { text: text + filter.flush(), stopped: false };
}

describe('StopFilter', () => {
  it('sends everything when there is no stop string', () => {
    expect(run([], ['one ', 'two'])).toEqual({ text: 'one two', stopped: false });
  });

  it('finds a stop string spread over pieces and never sends a part of it', () => {
    const filter = new StopFilter(['\n\nHuman:']);
    expect(filter.push('Paris.\n')).toEqual({ text: 'Paris.', stopped: false });
    expect(filter.push('\nHum')).toEqual({ text: '', stopped: false });
    expect(filter.push('an: next')).toEqual({ text: '', stopped: true });
  });

  it('gives back what it held when it was no stop string after all', () => {
    const filter = new StopFilter(['abc']);
    expect(filter.push('xab').text).toBe('x');
    expect(filter.push('d').text).toBe('abd');
    filter.push('ab');
    expect(filter.flush()).toBe('ab');
  });

  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
  const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 }), { maxLength: 4 });

  it('gives the same text however it is cut', () => {
    fc.assert(
      fc.property(letters, stops, fc.array(fc.nat(5)), (text, stop, cuts) => {
        const pieces: string[] = [];
        let at = 0;
        for (const cut of cuts) pieces.push(text.slice(at, (at += cut)));
        pieces.push(text.slice(at));
        expect(run(stop, pieces)).toEqual(run(stop, [text]));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('never sends text that contains a stop string, and sends all there is before it', () => {
    fc.assert(
      fc.property(letters, stops, (text, stop) => {
        const out = run(stop, text.split(''));
        for (const one of stop) expect(out.text.includes(one)).toBe(false);
        expect(text.startsWith(out.text)).toBe(true);
        expect(out.stopped).toBe(stop.some((one) => text.includes(one)));
        if (!out.stopped) expect(out.text).toBe(text);
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});
