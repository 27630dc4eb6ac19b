import { BadRecordError, maxRecordBytes } from './records.ts';

/** A line with its number, counted from 1, or why it cannot be read. */
export type Line = { readonly line: number; readonly text: string } | { readonly line: number; readonly bad: BadRecordError };

const newline = 0x0a;

/**
 * Splits bytes into lines of UTF-8. No more than one line is held, and none longer than `maxBytes`:
 * a longer one is passed over and told.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, maxBytes = maxRecordBytes): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let overflow = false;
  let line = 0;

  const take = (part: Buffer): Line => {
    line += 1;
    const bytes = pending.length === 0 ? part : Buffer.concat([...pending, part]);
    const tooLong = overflow || bytes.length > maxBytes;
    pending = [];
    pendingBytes = 0;
    overflow = false;
    if (tooLong) return { line, bad: new BadRecordError('line_too_long', { limit: maxBytes }) };
    try {
      return { line, text: decoder.decode(bytes).replace(/\r$/, '') };
    } catch {
      return { line, bad: new BadRecordError('not_utf8') };
    }
  };

  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      yield take(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    pendingBytes += rest.length;
    if (pendingBytes > maxBytes) {
      overflow = true;
      pending = [];
    } else if (rest.length > 0) {
      pending.push(rest);
    }
  }
  if (pendingBytes > 0) yield take(Buffer.alloc(0));
}
