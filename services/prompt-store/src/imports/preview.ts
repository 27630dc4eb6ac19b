import type { BadRecord, Init, PreviewImportReply, PreviewImportRequest, PreviewedRecord, StoredRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { readCsv } from './csv.ts';
import { readerOf } from './formats.ts';
import { fieldNames } from './mapping.ts';
import { told, type ImportedRecord } from './records.ts';
import type { Source } from './source.ts';

const previewedItems = 8;
const shownCharacters = 600;

/** What the beginning of a file would give. Throws MC_USAGE, and what a reader says of a file it cannot read at all. */
export async function previewImport({ format, head, mapping }: PreviewImportRequest): Promise<Init<PreviewImportReply>> {
  if (format === 'parquet') throw new MinchatError('MC_USAGE', 'expected lines of text, found Parquet', { hint: 'Send its first rows as JSON lines, in the format jsonl.' });
  const records: Init<PreviewedRecord>[] = [];
  const bad: Init<BadRecord>[] = [];
  let items = 0;
  for await (const item of readerOf(format, mapping)(memorySource(wholeOf(format, head)))) {
    if ('bad' in item) bad.push(told(item));
    else records.push(...item.records.map((record) => ({ line: item.line, type: record.kind, record: shown(record) })));
    items += 1;
    if (items === previewedItems) break;
  }
  return { fields: [...new Set((await firstObjects(format, head)).flatMap(fieldNames))].slice(0, 64), records: records.slice(0, 2 * previewedItems), bad };
}

/** A head up to where it ends between two records, where more than the end of a line tells that. */
function wholeOf(format: string, head: string): string {
  if (format === 'csv') return closedRows(head);
  return format === 'alpaca' || startsList.test(head) ? closedList(head) : head;
}

/** A table that may be cut off within a cell of several lines, up to the end of its last whole row. */
function closedRows(head: string): string {
  const lines = head.split('\n');
  let [quotes, end] = [0, 0];
  for (const [i, line] of lines.entries()) {
    quotes += line.split('"').length - 1;
    if (quotes % 2 === 0) end = i + 1;
  }
  return lines.slice(0, end).join('\n');
}

const startsList = /^\s*\[/;

/** A text of JSON, though its end may be missing, or one of what opens and closes. */
const bracketOrText = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[\]{}]/gs;

/** A JSON list that is cut off in its middle, up to the end of its last whole element. Throws MC_USAGE where none is whole. */
function closedList(head: string): string {
  let [depth, end] = [0, 0];
  for (const { 0: found, index } of head.matchAll(bracketOrText)) {
    if (found === '[' || found === '{') depth += 1;
    if (found !== ']' && found !== '}') continue;
    depth -= 1;
    if (depth === 0) return head;
    if (depth === 1) end = index + 1;
  }
  if (end > 0) return `${head.slice(0, end)}]`;
  if (depth > 1) throw new MinchatError('MC_USAGE', 'expected an element of the list in the part that is looked at, found the first one longer', { hint: 'It can be imported all the same.' });
  return head;
}

async function firstObjects(format: string, head: string): Promise<unknown[]> {
  if (format === 'csv') return (await Array.fromAsync(readCsv(memorySource(closedRows(head))))).slice(0, previewedItems).map((row) => ('bad' in row ? undefined : row.value));
  if (startsList.test(head)) {
    try {
      return (JSON.parse(closedList(head)) as unknown[]).slice(0, previewedItems);
    } catch {
      return [];
    }
  }
  return head.split('\n', previewedItems).map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return undefined;
    }
  });
}

function shown(record: ImportedRecord): Init<StoredRecord> {
  const short = (text: string): string => (text.length > shownCharacters ? `${text.slice(0, shownCharacters).toWellFormed()}…` : text);
  if (record.kind === 'text') return { text: short(record.text) };
  return {
    messages: record.prompt.messages.map(({ role, content }) => ({ role, content: short(content) })),
    useCase: record.prompt.useCase ?? '',
    reference: record.prompt.reference ?? '',
    user: record.prompt.user ?? '',
    ...(record.kind === 'prompt' ? {} : { labeler: record.labeler ?? '', note: short(record.note ?? '') }),
    ...(record.kind === 'demonstration' ? { completion: short(record.completion) } : {}),
    ...(record.kind === 'comparison' ? { answers: record.answers.map(({ text, rank, rating, flags, model }) => ({ text: short(text), rank, rating: rating ?? 0, flags: [...(flags ?? [])], model: model ?? '' })) } : {}),
  };
}

function memorySource(text: string): Source {
  const bytes = Buffer.from(text);
  return {
    path: '',
    totalBytes: bytes.length,
    packing: undefined,
    bytesRead: () => bytes.length,
    setBytesRead: () => undefined,
    async *chunks() {
      yield bytes;
    },
  };
}
