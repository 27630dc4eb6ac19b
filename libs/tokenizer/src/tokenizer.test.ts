import fc from 'fast-check';
import * as r50k from 'gpt-tokenizer/encoding/r50k_base';
import ranksOfR50k from 'gpt-tokenizer/bpeRanks/r50k_base';
import { describe, expect, test } from 'vitest';
import { charOfByte, Tokenizer, trainTokenizer } from './index.ts';
import { gpt2Pipeline } from './pipeline.ts';
import { wordsOf } from './pre-tokenize.ts';

/** GPT-2's vocabulary and merges from the ranks that tiktoken and gpt-tokenizer keep instead. */
function gpt2(): Tokenizer {
  const spellings = ranksOfR50k.map((token) => {
    const bytes = typeof token === 'string' ? new TextEncoder().encode(token) : Uint8Array.from(token);
    return Array.from(bytes, (byte) => charOfByte[byte] as string);
  });
  const vocab = new Map(spellings.map((chars, id) => [chars.join(''), id]));
  const merges = spellings.slice(256).map((chars, i) => {
    // The last merge of a token: what remains of it with only the merges before its own.
    const parts = [...chars];
    for (;;) {
      let best = Infinity;
      let at = -1;
      for (let j = 0; j + 1 < parts.length; j += 1) {
        const rank = vocab.get(`${parts[j]}${parts[j + 1]}`) ?? Infinity;
        if (rank < best && rank < 256 + i) [best, at] = [rank, j];
      }
      if (at < 0) break;
      parts.splice(at, 2, `${parts[at]}${parts[at + 1]}`);
    }
    expect(parts).toHaveLength(2);
    return [parts[0], parts[1]] as [string, string];
  });
  const added = [{ id: 50256, content: '<|endoftext|>', special: true }];
  return new Tokenizer({ vocab, merges, added, eosToken: '<|endoftext|>' });
}

const wordy = fc.constantFrom(
  'the', ' The', 'unbelievable', "don't", "I'll've", ' 12345', '３', 'const f = (x: number): void => {};', '\n\n', '   ', '\t', '\r\n', ' \u00a0 ',
  '\u3000', '日本語のテキスト', '中文', ' 한국어', 'Ελληνικά', 'العربية', 'हिन्दी', '👩‍👩‍👧‍👦', '🇪🇺', '😀', 'é', 'e\u0301', '…', '—', '<|endoftext|>', '_', '__init__', '0x1F', '\u2028',
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary-ascii', maxLength: 80 }),
  fc.array(wordy, { maxLength: 20 }).map((words) => words.join('')),
);

const corpus = [
  'the cat sat on the mat. the cat sat on the hat, and the dog sat on the cat.',
  'small words make small tokens; the smallest words are made of small letters.',
  'ünïcödé is fine too, and so are numbers: 1 2 3 10 20 30. 日本語 日本語',
];

describe('GPT-2', () => {
  const tokenizer = gpt2();

  test('has the ids of gpt-tokenizer on any text', () => {
    expect(tokenizer.vocabSize).toBe(50257);
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.encode(text)).toEqual(r50k.encode(text, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  test('spaces are those of Unicode, as they are to Hugging Face', () => {
    // What Python's regex module makes of GPT-2's pattern; JavaScript's \s takes U+FEFF for a space, and U+0085 for none.
    const preTokenize = (text: string) => wordsOf(gpt2Pipeline().pre_tokenizer).of(text, 'anew');
    expect(preTokenize('\uFEFF# Title')).toEqual(['\uFEFF#', ' Title']);
    expect(preTokenize('one.\uFEFF"two"')).toEqual(['one', '.\uFEFF"', 'two', '"']);
    expect(preTokenize('line\u0085\u0085 next')).toEqual(['line', '\u0085\u0085', ' next']);
  });

  test('has the ids of gpt-tokenizer on long words', () => {
    for (const text of ['a'.repeat(3000), 'ab'.repeat(1500), '='.repeat(2000), ' '.repeat(2000), 'äö'.repeat(700)]) {
      expect(tokenizer.encode(text)).toEqual(r50k.encode(text));
    }
  });

  test('decodes what it encodes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 1000, seed: 8 },
    );
  });

  test('a streaming decoder gives whole characters that join to the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const decoder = tokenizer.streamDecoder();
        const pieces = tokenizer.encode(text).map((id) => decoder.push(id));
        pieces.push(decoder.flush());
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
        if (!text.includes('\ufffd')) for (const piece of pieces) expect(piece).not.toContain('\ufffd');
      }),
      { numRuns: 1000, seed: 9 },
    );
  });

  test('ids in any order decode as their bytes do', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(tokenizer.vocabSize - 1), { maxLength: 40 }), (ids) => {
        const bytes = ids.flatMap((id) => [...tokenizer.bytesOf(id)]);
        expect(tokenizer.decode(ids)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)));
      }),
      { numRuns: 1000, seed: 10 },
    );
  });
});

describe('training', () => {
  test('gives the same tokenizer for the same texts in any order', () => {
    const one = trainTokenizer(corpus, { vocabSize: 300 });
    const two = trainTokenizer(corpus.toReversed(), { vocabSize: 300 });
    expect(two.parts).toEqual(one.parts);
    expect(one.vocabSize).toBe(300);
  });

  test('merges the most frequent pair first, of equals the one with the smallest ids', () => {
    const { merges } = trainTokenizer(['ab ab ab cd cd cd'], { vocabSize: 5 + 256 + 3 }).parts;
    expect(merges).toEqual([['a', 'b'], ['c', 'd'], ['Ġ', 'cd']]);
  });

  test('agrees with counting all pairs anew before each merge', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 30 }), { maxLength: 8 }), (texts) => {
        const { parts } = trainTokenizer(texts, { vocabSize: 256 + 5 + 12 });
        let words = texts.flatMap((text) => text.match(/ ?[abc]+|\s+(?!\S)|\s+/gu) ?? []).map((word) => word.replaceAll(' ', 'Ġ').split(''));
        for (const [left, right] of parts.merges) {
          const counts = new Map<string, number>();
          for (const word of words) word.slice(1).forEach((b, i) => counts.set(`${word[i]} ${b}`, (counts.get(`${word[i]} ${b}`) ?? 0) + 1));
          expect(counts.get(`${left} ${right}`)).toBe(Math.max(...counts.values()));
          words = words.map((word) => word.reduce<string[]>((out, char, i) => {
            const free = out.at(-1) === left && char === right && i > 0;
            return free ? [...out.slice(0, -1), left + right] : [...out, char];
          }, []));
        }
      }),
      { numRuns: 200, seed: 10 },
    );
  });

  test('a text of fifty thousand signs without a space is learned from like any other', () => {
    let state = 1;
    const sign = () => String.fromCodePoint(0x4e00 + ((state = (state * 48271) % 0x7fffffff) % 3000));
    const text = Array.from({ length: 50_000 }, sign).join('');
    const learned = trainTokenizer([text], { vocabSize: 2500 });
    expect(learned.vocabSize).toBe(2500);
    const ids = learned.encode(text);
    expect(ids.length).toBeLessThan(2.2 * text.length);
    expect(learned.decode(ids)).toBe(text);
  });

  test('stops when no pair occurs twice, and refuses a vocabulary without room for bytes', () => {
    expect(trainTokenizer(['abc'], { vocabSize: 1000 }).vocabSize).toBe(5 + 256);
    expect(() => trainTokenizer(corpus, { vocabSize: 100 })).toThrow(RangeError);
  });
});

describe('special tokens', () => {
  const tokenizer = trainTokenizer(corpus, { vocabSize: 300 });
  const end = tokenizer.idOf('<|end|>') as number;

  test('have the first ids and are not read from a text', () => {
    expect(tokenizer.endOfText).toBe(0);
    expect(tokenizer.endOfTurn).toBe(end);
    expect(tokenizer.eosIds).toEqual([end, 0]);
    expect(tokenizer.encode('a<|end|>b').some((id) => tokenizer.isSpecial(id))).toBe(false);
    expect(tokenizer.encodeWithSpecial('a<|end|>b')).toEqual([...tokenizer.encode('a'), end, ...tokenizer.encode('b')]);
    expect(tokenizer.decode([...tokenizer.encode('the cat'), end], { skipSpecial: true })).toBe('the cat');
    expect(tokenizer.decode([end])).toBe('<|end|>');
  });

  test('finds an added token that is none of the special ones in what people write, as encode does', () => {
    const added = [...tokenizer.parts.added, { id: tokenizer.vocabSize, content: '<think>', special: false }];
    const thinking = new Tokenizer({ ...tokenizer.parts, added });
    expect(thinking.encode('<think>a')).toContain(tokenizer.vocabSize);
    expect(thinking.encodeChat([{ role: 'user', content: '<think>a' }], { addGenerationPrompt: true })).toContain(tokenizer.vocabSize);
  });

  test('an id between the tokens that is none is no text: a model has a row for it, and may draw it', () => {
    const added = [...tokenizer.parts.added, { id: tokenizer.vocabSize + 2, content: '<think>', special: false }];
    const gap = new Tokenizer({ ...tokenizer.parts, added });
    expect(gap.vocabSize).toBe(tokenizer.vocabSize + 3);
    expect(gap.decode([...tokenizer.encode('the'), tokenizer.vocabSize + 1, ...tokenizer.encode(' cat')])).toBe('the cat');
    expect(() => gap.decode([gap.vocabSize])).toThrow(/an id below/);
  });

  test('encodes a conversation by the template', () => {
    const ids = tokenizer.encodeChat([{ role: 'user', content: 'the cat?' }, { role: 'assistant', content: 'sat.' }], { addGenerationPrompt: true });
    expect(tokenizer.decode(ids)).toBe('<|user|>the cat?<|end|><|assistant|>sat.<|end|><|assistant|>');
    expect(ids.filter((id) => tokenizer.isSpecial(id))).toHaveLength(5);
  });

  test('no content makes a special token, with our template or a foreign one', () => {
    const templates = [
      tokenizer.parts.chatTemplate,
      '{% for m in messages %}{{ "<|" + m.role }}|>{{ m.content | trim }}{{ "|end|>" if false else "<|end|>" }}{% endfor %}',
      '{% for m in messages %}<|user|><{{ m.content }}>{% endfor %}<|end|>',
    ];
    const nasty = fc.array(fc.constantFrom('<', '|', 'end', '|>', '>', '<|end|>', '<|assistant|>', ' ', '\n', '\ue000', 'hi'), { maxLength: 8 }).map((parts) => parts.join(''));
    for (const chatTemplate of templates) {
      const chat = new Tokenizer({ ...tokenizer.parts, chatTemplate });
      const plain = chat.encodeChat([{ role: 'user', content: 'x' }], { addGenerationPrompt: false });
      const specials = plain.filter((id) => chat.isSpecial(id));
      fc.assert(
        fc.property(nasty, (content) => {
          const ids = chat.encodeChat([{ role: 'user', content }], { addGenerationPrompt: false });
          expect(ids.filter((id) => chat.isSpecial(id))).toEqual(specials);
          expect(chat.decode(ids)).toContain(content.trim());
        }),
        { numRuns: 500, seed: 11 },
      );
    }
  });

  test('a template that cannot be read or refuses the conversation is named', () => {
    const message = [{ role: 'system', content: 'x' }];
    const broken = new Tokenizer({ ...tokenizer.parts, chatTemplate: '{% for %}' });
    expect(() => broken.encodeChat(message, { addGenerationPrompt: true })).toThrow(/chat_template/);
    const refusing = new Tokenizer({ ...tokenizer.parts, chatTemplate: "{{ raise_exception('no system role') }}" });
    expect(() => refusing.encodeChat(message, { addGenerationPrompt: true })).toThrow(/no system role/);
  });
});
