/** A token of a byte-level tokenizer as the gateway tells it. */
export interface WireToken { logprob: number; bytes: number[] | null; top_logprobs: { logprob: number; bytes: number[] | null }[] }

/** A token as the model drew it, with the likeliest in its place. */
export interface TokenView {
  /** What the answer grows by: a character whose bytes are several tokens comes with the last of them. */
  adds: string;
  name: string;
  logprob: number;
  top: { name: string; logprob: number }[];
}

/** Reads the tokens of one answer, in order. */
export function tokenReader(): (token: WireToken) => TokenView {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return ({ logprob, bytes, top_logprobs: top }) => ({
    adds: decoder.decode(Uint8Array.from(bytes ?? []), { stream: true }),
    name: nameOf(bytes ?? []),
    logprob,
    top: top.map((one) => ({ name: nameOf(one.bytes ?? []), logprob: one.logprob })),
  });
}

/** The text of these bytes with everything in it to be seen; what is no text by itself, in hexadecimal. */
export function nameOf(bytes: readonly number[]): string {
  if (bytes.length === 0) return '∅';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
    return text.replaceAll(' ', visible).replaceAll(unseen, visible);
  } catch {
    return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  }
}

/** What stands before a token of which the answer itself shows nothing, so that it can be pointed at. */
export function signOf({ adds, name }: TokenView): string | undefined {
  if (adds === '') return '·';
  return adds.replaceAll(unseen, '') === '' ? name : undefined;
}

/** Control characters, ends of lines, and others that leave no ink and take no room. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]/gu;
const signs: Record<string, string> = { ' ': '␣', '\n': '↵', '\t': '⇥', '\u007F': '␡' };
const controlPictures = 0x2400;

function visible(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return signs[character] ?? (code < 0x20 ? String.fromCodePoint(controlPictures + code) : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`);
}
