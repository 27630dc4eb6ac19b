import { z } from 'zod';
import { bytesOfToken } from './byte-table.ts';
import { replaceSchema } from './normalize.ts';
import { byteLevel } from './pre-tokenize.ts';
import { oneOf } from './schema.ts';

// From tokens to text: tokenizer.json's decoder.

const fallback = oneOf([
  replaceSchema,
  z.object({ type: z.literal('ByteFallback') }),
  z.object({ type: z.literal('Fuse') }),
  z.object({ type: z.literal('Strip'), content: z.string().length(1), start: z.int().min(0), stop: z.literal(0) }),
]);
export const decoderSchema = oneOf([
  byteLevel,
  z.object({
    type: z.literal('Sequence'),
    decoders: z.array(fallback).refine((steps) => /^(?:Replace )*ByteFallback Fuse (?:Strip )?$/u.test(steps.map(({ type }) => `${type} `).join('')), 'expected Replace, ByteFallback, Fuse and Strip, in this order'),
  }),
]);
export type Decoder = z.output<typeof decoderSchema>;

const utf8 = new TextEncoder();
/** ignoreBOM keeps U+FEFF: it is text like any other here. */
const plainText = { ignoreBOM: true };
const strict = new TextDecoder('utf-8', { ...plainText, fatal: true });

/** The byte that a token stands for where characters fall back to their bytes, as in `<0x0A>`. */
function fallbackByte(token: string): number | undefined {
  const [, hex] = /^<0x([0-9A-Fa-f]{2})>$/u.exec(token) ?? [];
  return hex === undefined ? undefined : Number.parseInt(hex, 16);
}

/** What a token stands for, and whether it is a byte that its neighbours make a character with, or nothing. */
export interface TokenBytes {
  readonly bytes: Uint8Array;
  readonly fallback: boolean;
}

export function tokenBytes(token: string, decoder: Decoder): TokenBytes {
  // What is no spelling of bytes stands for itself, as it does to Hugging Face's library.
  if (decoder.type === 'ByteLevel') return { bytes: bytesOfToken(token) ?? utf8.encode(token), fallback: false };
  const text = decoder.decoders.reduce((written, step) => (step.type === 'Replace' ? written.replaceAll(step.pattern.String, () => step.content) : written), token);
  const byte = fallbackByte(text);
  return byte === undefined ? { bytes: utf8.encode(text), fallback: false } : { bytes: Uint8Array.of(byte), fallback: true };
}

/** Turns ids into text piece by piece, never half a character. */
export interface StreamDecoder {
  /** The text that has become complete with this id; may be empty. */
  push(id: number): string;
  /** What is left at the end; bytes that are no character become U+FFFD. */
  flush(): string;
}

/** The texts of ids, of which each has its bytes and any may stand behind any other. */
export class TokenTexts {
  private readonly tokenOf: (id: number) => TokenBytes;
  private readonly decoder: Decoder;
  /** By id; null for one whose bytes are not whole characters. */
  private readonly wholeTexts = new Map<number, string | null>();

  /** `tokenOf` throws for an id that is none. */
  constructor(tokenOf: (id: number) => TokenBytes, decoder: Decoder) {
    this.tokenOf = tokenOf;
    this.decoder = decoder;
  }

  /** `goesOn`: text goes on from other text, whose beginning alone loses the space that was put before it. */
  stream(goesOn: boolean): StreamDecoder {
    if (this.decoder.type === 'ByteLevel') return this.byteStream();
    const strip = this.decoder.decoders.find((step) => step.type === 'Strip');
    const stream = this.fallbackStream();
    return strip === undefined || goesOn ? stream : stripped(stream, strip.content, strip.start);
  }

  /** Bytes of neighbours make characters together, wherever the one ends and the next begins. */
  private byteStream(): StreamDecoder {
    const decoder = new TextDecoder('utf-8', plainText);
    // Whether bytes of a character may be waiting for the rest of it.
    let open = false;
    return {
      push: (id) => {
        const whole = this.wholeText(id);
        if (whole !== null && !open) return whole;
        open = whole === null;
        return decoder.decode(this.tokenOf(id).bytes, { stream: true });
      },
      flush: () => {
        open = false;
        return decoder.decode();
      },
    };
  }

  /** Bytes in a row are the characters that they are together; if they are none, each is U+FFFD. */
  private fallbackStream(): StreamDecoder {
    let row: number[] = [];
    const flush = (): string => {
      const bytes = Uint8Array.from(row);
      row = [];
      return strictText(bytes) ?? '\uFFFD'.repeat(bytes.length);
    };
    return {
      push: (id) => {
        const { bytes, fallback } = this.tokenOf(id);
        if (!fallback) return flush() + (this.wholeText(id) ?? '');
        row.push(...bytes);
        return '';
      },
      flush,
    };
  }

  /** The text of an id whose bytes are whole characters, as most are; null for others. */
  private wholeText(id: number): string | null {
    let text = this.wholeTexts.get(id);
    if (text === undefined) {
      text = strictText(this.tokenOf(id).bytes) ?? null;
      this.wholeTexts.set(id, text);
    }
    return text;
  }
}

/** undefined for bytes that are not whole characters. */
function strictText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Takes a character away from the beginning, at most so many times. */
function stripped(stream: StreamDecoder, character: string, times: number): StreamDecoder {
  let left = times;
  const strip = (text: string): string => {
    let from = 0;
    while (left > 0 && from < text.length) {
      left = text.charAt(from) === character ? left - 1 : 0;
      if (text.charAt(from) === character) from += 1;
    }
    return text.slice(from);
  };
  return { push: (id) => strip(stream.push(id)), flush: () => strip(stream.flush()) };
}
