import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blocksOf, isTangled, noBlocks } from './blocks.ts';

const texts = (source: string): string[] => blocksOf(source).blocks.map(({ text, language }) => (language === undefined ? text : `code ${language}: ${text}`));

it('cuts where nothing that follows can change what came before', () => {
  expect(texts('one\ntwo\n\nthree\n\n\n# four')).toEqual(['one\ntwo', 'three', '# four']);
  expect(texts('a list:\n- one\n\n  of it\n\n- two\n\n1. three\n\nover')).toEqual(['a list:\n- one\n\n  of it\n\n- two\n\n1. three', 'over']);
  expect(texts('\n \n')).toEqual([]);
});

it('code at the edge is a block, closed or not, whatever is in it', () => {
  expect(texts('so:\n```ts title\nlet a;\n\n- b\n``\n```\nthen')).toEqual(['so:', 'code ts: let a;\n\n- b\n``', 'then']);
  expect(texts('~~~\n```\n~~~~ \n````\n```\n\nx')).toEqual(['code : ```', 'code : ```\n\nx']);
  expect(texts('  ```\n    a\n b\n  ```')).toEqual(['code : \u0020 a\nb'.replace('\u0020 ', '  ')]);
  expect(texts('```a`b` c')).toEqual(['```a`b` c']);
  // In a list it is the list's.
  expect(texts('- one\n  ```\n  a\n\n  b\n  ```\n- two\n```\nc')).toEqual(['- one\n  ```\n  a\n\n  b\n  ```\n- two', 'code : c']);
});

it('ends of lines may be those of Windows', () => {
  expect(texts('so:\r\n\r\n```js\r\na\r\n\r\nb\r\n```\r\nthen\r\n')).toEqual(['so:', 'code js: a\n\nb', 'then']);
});

it('a text that grows has the blocks that it would have at once, and those before the last stay', () => {
  const line = fc.constantFrom('', '', '\r', '```\r', 'text', '- item', '  more', '```', '```js', '~~~', '> said', '# head', '| a | b |', ' ```', '1. one');
  fc.assert(fc.property(fc.array(line, { maxLength: 25 }), fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 60 }), (lines, steps) => {
    const source = lines.join('\n');
    let known = noBlocks;
    for (let end = 0, i = 0; end < source.length; i += 1) {
      end += 1 + (steps[i % steps.length] ?? 0);
      const next = blocksOf(source.slice(0, end), known);
      expect(next).toEqual(blocksOf(source.slice(0, end)));
      const stay = Math.min(known.blocks.length, next.blocks.length) - 1;
      expect(next.blocks.length).toBeGreaterThanOrEqual(known.blocks.length);
      for (let k = 0; k < stay; k += 1) expect(next.blocks[k]).toBe(known.blocks[k]);
      known = next;
    }
  }), { seed: 1, numRuns: 300 });
  // Of another text nothing is taken over.
  expect(blocksOf('b', blocksOf('a\n\nb')).blocks).toEqual([{ text: 'b' }]);
});

it('what takes long to read, or nests too deep, is told from what people and models write', () => {
  expect(['[a]('.repeat(400), '_*'.repeat(400), '> '.repeat(20), '- '.repeat(20), 'x\n'.repeat(300), 'word '.repeat(2000), 'www.a '.repeat(700), 'a@b.c '.repeat(700)].map(isTangled)).toEqual(Array.from({ length: 8 }, () => true));
  // Short rows of a wide table are filled up with cells: the page would have a hundred thousand.
  const table = (columns: number, rows: number, row = '|'): string => [Array(columns).fill('a').join('|'), Array(columns).fill('-').join('|'), ...Array<string>(rows).fill(row)].join('\n');
  expect([table(1000, 100), table(50, 150)].map(isTangled)).toEqual([true, true]);
  expect([table(8, 150, '1|2|3|4|5|6|7|8'), table(40, 60), 'a || b\n'.repeat(100)].map(isTangled)).toEqual([false, false, false]);
  expect(['> > quoted', '- - -', '-'.repeat(40), '*'.repeat(40), '- one **thing** of `many`, in [some](https://e.org) list\n'.repeat(60)].map(isTangled)).toEqual(Array.from({ length: 5 }, () => false));
});
