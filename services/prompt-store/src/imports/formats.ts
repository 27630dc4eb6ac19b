import { MinchatError } from '@minchat/errors';
import { alpacaRecords } from './alpaca.ts';
import { readCsv, typedCells } from './csv.ts';
import { hhRecords } from './hh-rlhf.ts';
import { isList, readList } from './list.ts';
import { readLines } from './lines.ts';
import { checkMapping, mapFields, type FieldMapping } from './mapping.ts';
import { named } from './names.ts';
import { oasstRecords } from './oasst.ts';
import { readParquet } from './parquet.ts';
import { BadRecordError, short, toItem, type ImportedItem, type ImportedRecord } from './records.ts';
import { isInexactInteger, joinRows, type Row } from './rows.ts';
import type { Source } from './source.ts';
import { readDocuments, readWholeDocument } from './text.ts';
import { trlRecords } from './trl.ts';

export type Reader = (source: Source) => AsyncIterable<ImportedItem>;
type Convert = (value: unknown) => readonly ImportedRecord[];

/** The formats by the names that an import is asked for with. */
export const formats: Readonly<Record<string, (source: Source, mapping: readonly FieldMapping[]) => AsyncIterable<ImportedItem>>> = {
  jsonl: (source, mapping) => freeNames(readJson(source), mapping),
  parquet: (source, mapping) => freeNames(readParquet(source), mapping),
  csv: (source, mapping) => freeNames(readCsv(source), mapping, typedCells),
  'hh-rlhf': (source) => converted(readJson(source), (value) => named(value, [hhRecords(value)])),
  oasst: (source) => converted(joinRows(readJson(source)), oasstRecords),
  alpaca: (source) => converted(readList(source), (value) => named(value, alpacaRecords(value))),
  text: readDocuments,
  'text-file': readWholeDocument,
};

/** The reader of a format, fields named as `mapping` says. Throws MC_USAGE. */
export function readerOf(format: string, mapping: readonly FieldMapping[] = []): Reader {
  const read = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (read === undefined) throw new MinchatError('MC_USAGE', `expected a format out of ${Object.keys(formats).join(', ')}, found ${format}`);
  checkMapping(mapping);
  if (mapping.length > 0 && !['jsonl', 'parquet', 'csv'].includes(format)) {
    throw new MinchatError('MC_USAGE', `expected no mapping of fields for ${format}, found one`, { hint: 'Names are free in jsonl, parquet and csv only.' });
  }
  return (source) => read(source, mapping);
}

async function* converted(rows: AsyncIterable<Row>, convert: Convert): AsyncGenerator<ImportedItem> {
  for await (const row of rows) yield 'bad' in row ? row : toItem(row.line, () => convert(row.value));
}

/** What the names of a row's fields tell it to be, where they are free. */
async function* freeNames(rows: AsyncIterable<Row>, mapping: readonly FieldMapping[], typed = (value: unknown): unknown => value): AsyncGenerator<ImportedItem> {
  const mapped = async function* (): AsyncGenerator<Row> {
    for await (const row of rows) yield 'bad' in row ? row : { line: row.line, value: typed(mapFields(row.value, mapping)) };
  };
  yield* converted(joinRows(mapped()), trlRecords);
}

/** JSON lines, or one JSON list. */
async function* readJson(source: Source): AsyncGenerator<Row> {
  if (await isList(source)) {
    yield* readList(source);
    return;
  }
  for await (const item of readLines(source.chunks())) {
    if ('bad' in item) yield item;
    else if (item.text.trim() !== '') yield parseJson(item.line, item.text);
  }
}

/** As many as an integer has that may not be exact as a number. */
const manyDigits = /\d{16}/;

function parseJson(line: number, text: string): Row {
  try {
    return { line, value: JSON.parse(text, manyDigits.test(text) ? exactInteger : undefined) as unknown };
  } catch (error) {
    // What a reviver ends with at a value nested thousands deep.
    return { line, bad: error instanceof RangeError ? new BadRecordError('nested_too_deeply') : new BadRecordError('not_json', { start: short(text) }) };
  }
}

function exactInteger(_key: string, value: unknown, { source = '' }: { source?: string } = {}): unknown {
  return typeof value === 'number' && isInexactInteger(source) ? source : value;
}
