import { MinchatError } from '@minchat/errors';
import { readAlpaca } from './alpaca.ts';
import { hhRecords } from './hh-rlhf.ts';
import { readLines } from './lines.ts';
import { checkMapping, mapFields, type FieldMapping } from './mapping.ts';
import { named } from './names.ts';
import { oasstRecords } from './oasst.ts';
import { readParquet } from './parquet.ts';
import { BadRecordError, short, toItem, type ImportedItem, type ImportedRecord } from './records.ts';
import type { Source } from './source.ts';
import { readDocuments, readWholeDocument } from './text.ts';
import { trlRecords } from './trl.ts';

export type Reader = (source: Source) => AsyncIterable<ImportedItem>;
type Convert = (value: unknown) => readonly ImportedRecord[];

/** The formats by the names that an import is asked for with. `convert` is what becomes of an object where names are free. */
export const formats: Readonly<Record<string, (source: Source, convert: Convert) => AsyncIterable<ImportedItem>>> = {
  jsonl: readJsonLines,
  parquet: readParquet,
  'hh-rlhf': (source) => readJsonLines(source, (value) => named(value, [hhRecords(value)])),
  oasst: (source) => readJsonLines(source, oasstRecords),
  alpaca: readAlpaca,
  text: readDocuments,
  'text-file': readWholeDocument,
};

/** The reader of a format, fields named as `mapping` says. Throws MC_USAGE. */
export function readerOf(format: string, mapping: readonly FieldMapping[] = []): Reader {
  const read = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (read === undefined) throw new MinchatError('MC_USAGE', `expected a format out of ${Object.keys(formats).join(', ')}, found ${format}`);
  checkMapping(mapping);
  if (mapping.length > 0 && format !== 'jsonl' && format !== 'parquet') {
    throw new MinchatError('MC_USAGE', `expected no mapping of fields for ${format}, found one`, { hint: 'Names are free in jsonl and parquet only.' });
  }
  return (source) => read(source, (value) => trlRecords(mapFields(value, mapping)));
}

async function* readJsonLines(source: Source, convert: Convert): AsyncGenerator<ImportedItem> {
  for await (const item of readLines(source.chunks())) {
    if ('bad' in item) yield item;
    else if (item.text.trim() !== '') yield toItem(item.line, () => convert(parseJson(item.text)));
  }
}

/** As many as an integer has that may not be exact as a number. */
const manyDigits = /\d{16}/;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, manyDigits.test(text) ? exactInteger : undefined) as unknown;
  } catch {
    throw new BadRecordError('not_json', { start: short(text) });
  }
}

/** An integer that no number is exact for stays the text that it is: ids often differ in their last digits only. */
function exactInteger(_key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? source : value;
}
