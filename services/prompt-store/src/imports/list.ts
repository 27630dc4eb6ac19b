import { MinchatError } from '@minchat/errors';
import streamArray from 'stream-json/streamers/stream-array.js';
import type { Row } from './rows.ts';
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
 * Streams the elements of one JSON array; `line` is an element's place, counted from 1. Broken
 * JSON cannot be passed over: it throws MC_DATA_INVALID.
 */
export async function* readList(source: Source): AsyncGenerator<Row> {
  const elements = streamArray.withParserAsStream();
  // Fed by hand, so that an error of the file (broken gzip) arrives as what it is.
  let failure: unknown;
  const fed = feed(source, elements).catch((error: unknown) => {
    failure = error;
    elements.destroy();
  });
  let line = 0;
  try {
    for await (const element of elements as AsyncIterable<{ value: unknown }>) {
      line += 1;
      yield { line, value: element.value };
    }
  } catch (cause) {
    if (failure !== undefined) throw failure;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MinchatError('MC_DATA_INVALID', `expected one JSON array, found it broken after element ${line}: ${reason}`, { cause });
  } finally {
    elements.destroy();
    await fed;
  }
}

async function feed(source: Source, sink: NodeJS.WritableStream & { destroyed: boolean }): Promise<void> {
  for await (const chunk of source.chunks()) {
    if (sink.destroyed) return;
    if (!sink.write(chunk)) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          sink.off('drain', done);
          sink.off('close', done);
          resolve();
        };
        sink.on('drain', done);
        sink.on('close', done);
      });
    }
  }
  sink.end();
}
