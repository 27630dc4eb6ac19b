import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { merge } from './merge.ts';

describe('merge', () => {
  const going = new AbortController().signal;
  async function* count(name: string, to: number, ended: string[]): AsyncGenerator<string> {
    try {
      for (let i = 0; i < to; i += 1) {
        await Promise.resolve();
        yield `${name}${String(i)}`;
      }
    } finally {
      ended.push(name);
    }
  }
  it('gives everything, in order for each source', async () => {
    const ended: string[] = [];
    const all = await Array.fromAsync(merge([() => count('a', 3, ended), () => count('b', 1, ended), () => count('c', 0, ended)], going));
    expect(all.filter(({ source }) => source === 0).map(({ value }) => value)).toEqual(['a0', 'a1', 'a2']);
    expect(all).toHaveLength(4);
  });
  it('ends every source when left, and when one fails', async () => {
    const ended: string[] = [];
    for await (const _ of merge([() => count('a', 9, ended), () => count('b', 9, ended)], going)) break;
    expect(ended.toSorted()).toEqual(['a', 'b']);
    async function* broken(): AsyncGenerator<string> {
      await Promise.resolve();
      yield 'x';
      throw new Error('broken');
    }
    const rest: string[] = [];
    await expect(Array.fromAsync(merge([() => count('a', 99, rest), broken], going))).rejects.toThrow('broken');
    expect(rest).toEqual(['a']);
  });

  it('fails although another source waits for its next value', async () => {
    // As the bus does it: only its signal ends the waiting.
    async function* waiting(signal: AbortSignal): AsyncGenerator<string> {
      yield 'x';
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
    }
    async function* broken(): AsyncGenerator<string> {
      await setImmediate();
      yield* [];
      throw new Error('broken');
    }
    await expect(Array.fromAsync(merge([waiting, broken], going))).rejects.toThrow('broken');
  });
});
