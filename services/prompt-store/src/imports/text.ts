import { readLines } from './lines.ts';
import { BadRecordError, maxRecordBytes, toItem, type ImportedItem } from './records.ts';
import type { Source } from './source.ts';

/** Plain text with blank lines between the documents; `line` is where a document begins. */
export async function* readDocuments(source: Source): AsyncGenerator<ImportedItem> {
  yield* readBlocks(source, (line) => line.trim() === '');
}

/** Plain text that is one document as a whole. */
export async function* readWholeDocument(source: Source): AsyncGenerator<ImportedItem> {
  yield* readBlocks(source, () => false);
}

async function* readBlocks(source: Source, isBoundary: (line: string) => boolean): AsyncGenerator<ImportedItem> {
  let block: string[] = [];
  let size = 0;
  let start = 1;
  const finish = function* (): Generator<ImportedItem> {
    const text = block.join('\n').trim();
    const tooLong = size > maxRecordBytes;
    block = [];
    size = 0;
    if (tooLong) yield { line: start, bad: new BadRecordError('document_too_long', { limit: maxRecordBytes }) };
    else if (text !== '') yield toItem(start, () => [{ kind: 'text', text }]);
  };

  for await (const item of readLines(source.chunks())) {
    if ('bad' in item) {
      // The document goes on without the line that cannot be read.
      yield item;
    } else if (isBoundary(item.text)) {
      yield* finish();
    } else {
      if (size === 0) start = item.line;
      size += item.text.length + 1;
      if (size <= maxRecordBytes) block.push(item.text);
      else block = [];
    }
  }
  yield* finish();
}
