import { z } from 'zod';
import { MinchatError } from '@minchat/errors';
import streamArray from 'stream-json/streamers/stream-array.js';
import { named } from './names.ts';
import { optional, parseRecord, toItem, type ImportedItem, type ImportedRecord } from './records.ts';
import type { Source } from './source.ts';

const alpacaSchema = z.object({ instruction: z.string(), input: optional(z.string()), output: z.string() });

/** Stanford Alpaca: an instruction, perhaps an input it is applied to, and the answer. */
export function alpacaRecords(value: unknown): ImportedRecord[] {
  const { instruction, input, output } = parseRecord(alpacaSchema, value);
  const content = (input ?? '').trim() === '' ? instruction : `${instruction}\n\n${input}`;
  return [{ kind: 'demonstration', prompt: { messages: [{ role: 'user', content }] }, completion: output }];
}

/**
 * Streams the elements of one JSON array; `line` is an element's place, counted from 1. Broken
 * JSON cannot be passed over: it throws MC_DATA_INVALID.
 */
export async function* readAlpaca(source: Source): AsyncGenerator<ImportedItem> {
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
      yield toItem(line, () => named(element.value, alpacaRecords(element.value)));
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
