// GPT-2 writes each byte as one printable character, so that a vocabulary is plain text: bytes that
// print stand for themselves, the rest are moved to U+0100 and up (openai/gpt-2, encoder.py).

function makeTable(): string[] {
  const table: string[] = [];
  let moved = 0;
  for (let byte = 0; byte < 256; byte += 1) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.push(String.fromCodePoint(prints ? byte : 0x100 + moved));
    if (!prints) moved += 1;
  }
  return table;
}

/** The character that stands for each byte. */
export const charOfByte: readonly string[] = makeTable();

const byteOfChar = new Map(charOfByte.map((char, byte) => [char, byte]));

/** The 256 characters in the order of GPT-2's ids: those that print first. */
export const alphabet: readonly string[] = charOfByte.toSorted((a, b) => (a < b ? -1 : 1));

/** The bytes that a token of the vocabulary stands for; undefined when a character is not of the table. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i += 1) {
    const byte = byteOfChar.get(token.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

const utf8 = new TextEncoder();

/** A text's bytes in UTF-8, each as the character that stands for it. */
export function spellBytes(text: string): string {
  let spelling = '';
  for (const byte of utf8.encode(text)) spelling += charOfByte[byte] as string;
  return spelling;
}
