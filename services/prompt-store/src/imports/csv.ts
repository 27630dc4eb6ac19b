import { pipeline, Readable } from 'node:stream';
import { parse, type CsvError, type Info } from 'csv-parse';
import { isMinchatError, MinchatError } from '@minchat/errors';
import { BadRecordError, maxRecordBytes } from './records.ts';
import type { Row } from './rows.ts';
import type { Source } from './source.ts';

/**
 * Reads a table that is text, its columns named by its first row; `line` is where a row begins. A cell that is empty is
 * none. A quotation mark that is never closed cannot be passed over: it throws MC_DATA_INVALID.
 */
export async function* readCsv(source: Source): AsyncGenerator<Row> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // Bytes as characters: of a cell that is not UTF-8 only its row is bad.
  const table = parse({ encoding: 'latin1', delimiter: await delimiterOf(source), info: true, relax_quotes: true, relax_column_count: true, max_record_size: maxRecordBytes });
  pipeline(Readable.from(source.chunks()), table, () => undefined);
  let names: string[] | undefined;
  let line = 1;
  try {
    for await (const { record, info } of table as AsyncIterable<{ record: string[]; info: Info }>) {
      const start = line;
      line = info.lines + 1;
      if (record.every((cell) => cell.trim() === '')) continue;
      let cells: string[];
      try {
        cells = record.map((cell) => decoder.decode(Buffer.from(cell, 'latin1')));
      } catch {
        if (names === undefined) throw new MinchatError('MC_DATA_INVALID', 'expected UTF-8, found bytes that are not', { hint: 'Save the table as CSV in UTF-8.' });
        yield { line: start, bad: new BadRecordError('not_utf8') };
        continue;
      }
      if (names === undefined) names = cells.map((name) => name.trim());
      else if (cells.length !== names.length) yield { line: start, bad: new BadRecordError('cells', { expected: names.length, found: cells.length }) };
      else yield { line: start, value: Object.fromEntries(names.map((name, i) => [name, cells[i]] as const).filter(([, cell]) => cell !== '')) };
    }
  } catch (cause) {
    if (isMinchatError(cause)) throw cause;
    const { message, records } = cause as CsvError & Pick<Info, 'records'>;
    throw new MinchatError('MC_DATA_INVALID', `expected a table in CSV, found it broken behind row ${records}: ${message}`, { hint: 'Look there for a quotation mark that is missing.', cause });
  }
}

/** What parts the cells: of comma, semicolon and tab the one that the first line has most of, outside of quotes. */
async function delimiterOf(source: Source): Promise<string> {
  let first = '';
  for await (const chunk of source.chunks()) {
    first = chunk.toString('latin1').split(/\r?\n/, 1)[0]?.replaceAll(/"[^"]*"/g, '') ?? '';
    break;
  }
  source.setBytesRead(0);
  const times = (delimiter: string): number => first.split(delimiter).length;
  return [',', ';', '\t'].reduce((most, delimiter) => (times(delimiter) > times(most) ? delimiter : most));
}

/** Fields that are no text, and how one looks that can be read. */
const looks: readonly (readonly [string[], RegExp])[] = [
  [['label', 'labels', 'helpfulness', 'preference_strength', 'overall_preference', 'better_response_id'], /^(true|false|-?\d+(\.\d+)?)$/i],
  [['messages', 'conversations', 'conversation', 'answers', 'completions'], /^\s*\[/],
];

/** A row with numbers, truths and lists in the fields that are to hold them: in a table of texts these are written as JSON. */
export function typedCells(row: unknown): unknown {
  const typed = Object.entries(row as Readonly<Record<string, string>>).map(([name, cell]) => {
    const isWritten = looks.find(([names]) => names.includes(name))?.[1].test(cell) === true;
    return [name, isWritten ? valueOf(cell) : cell] as const;
  });
  return Object.fromEntries(typed);
}

function valueOf(cell: string): unknown {
  try {
    return JSON.parse(/^[tf]/i.test(cell) ? cell.toLowerCase() : cell);
  } catch {
    // As text it is told for what it is.
    return cell;
  }
}
