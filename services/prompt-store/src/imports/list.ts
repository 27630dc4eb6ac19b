import { pipeline, Readable } from 'node:stream';
import { isMinchatError, MinchatError } from '@minchat/errors';
import streamArray from 'stream-json/streamers/stream-array.js';
import withParser from 'stream-json/utils/with-parser.js';
import { maxRecordBytes } from './records.ts';
import { isInexactInteger, type Row } from './rows.ts';
import type { Source } from './source.ts';

/** Whether a file is one JSON list, by its first character. */
export async function isList(source: Source): Promise<boolean> {
  let start = '';
  for await (const chunk of source.chunks()) {
    start += chunk.toString('latin1').replace(/^\xEF\xBB\xBF/, '').trimStart();
    if (start !== '') break;
  }
  source.setBytesRead(0);
  return start.startsWith('[');
}

/**
 * Streams the elements of one JSON array; `line` is an element's place, counted from 1. Neither broken
 * JSON nor an element longer than a record may be can be passed over: it throws MC_DATA_INVALID.
 */
export async function* readList(source: Source): AsyncGenerator<Row> {
  let line = 0;
  /** Bytes since the last element was whole. */
  let open = 0;
  const bounded = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of source.chunks()) {
      // As many as that are still on their way.
      if (open > 2 * maxRecordBytes) {
        throw new MinchatError('MC_DATA_INVALID', `expected elements of at most ${maxRecordBytes} bytes, found a longer one after element ${line}`, { hint: 'Write it in parts, or leave it out.' });
      }
      open += chunk.length;
      yield chunk;
    }
  };
  const elements = withParser.asStream(
    () => {
      const next = streamArray();
      return ((token: Parameters<typeof next>[0]) => {
        const element = next(token.name === 'numberValue' && isInexactInteger(token.value) ? { name: 'stringValue', value: token.value } : token);
        if (typeof element === 'object') open = 0;
        return element;
      }) as typeof next;
    },
    { packKeys: true },
  );
  // An error of the file (broken gzip) arrives as what it is.
  pipeline(Readable.from(bounded(), { highWaterMark: 1 }), elements, () => undefined);
  try {
    for await (const { value } of elements as AsyncIterable<{ value: unknown }>) {
      line += 1;
      yield { line, value };
    }
  } catch (cause) {
    if (isMinchatError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MinchatError('MC_DATA_INVALID', `expected one JSON array, found it broken after element ${line}: ${reason}`, { cause });
  }
}
