import { readAlpaca } from './alpaca.ts';
import { hhRecords } from './hh-rlhf.ts';
import { readLines } from './lines.ts';
import { oasstRecords } from './oasst.ts';
import { readParquet } from './parquet.ts';
import { BadRecordError, toItem, type ImportedItem, type ImportedRecord } from './records.ts';
import type { Source } from './source.ts';
import { readDocuments, readWholeDocument } from './text.ts';
import { trlRecords } from './trl.ts';

/** The formats by the names that an import is asked for with. */
export const formats: Readonly<Record<string, (source: Source) => AsyncIterable<ImportedItem>>> = {
  jsonl: (source) => readJsonLines(source, trlRecords),
  parquet: readParquet,
  'hh-rlhf': (source) => readJsonLines(source, (value) => [hhRecords(value)]),
  oasst: (source) => readJsonLines(source, oasstRecords),
  alpaca: readAlpaca,
  text: readDocuments,
  'text-file': readWholeDocument,
};

async function* readJsonLines(source: Source, convert: (value: unknown) => readonly ImportedRecord[]): AsyncGenerator<ImportedItem> {
  for await (const item of readLines(source.chunks())) {
    if ('bad' in item) yield item;
    else if (item.text.trim() !== '') yield toItem(item.line, () => convert(parseJson(item.text)));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const start = text.length > 60 ? `${text.slice(0, 60)}...` : text;
    throw new BadRecordError(`expected JSON, found ${start}`);
  }
}
