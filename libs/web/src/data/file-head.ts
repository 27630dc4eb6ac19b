import { isList, type Format } from './guess.ts';

/** So much of a file is looked at for a preview; a gateway takes no more. */
const headBytes = 64 * 1024;

export interface Head {
  head: string;
  isParquet: boolean;
  /** Not even its first line is whole. */
  isCut: boolean;
}

/**
 * The beginning of a file as whole lines of text, unpacked where it is gzip or Zstandard; of a Parquet file, its
 * first rows as JSON lines, which the preview takes for the format `jsonl`.
 */
export async function headOf(file: File): Promise<Head> {
  const magic = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (magic[0] === 0x1f && magic[1] === 0x8b) return gunzipped(file);
  if (magic.join() === '40,181,47,253') return unzstd(file);
  if (new TextDecoder().decode(magic) === 'PAR1') {
    // Fetched only by those who import Parquet.
    const { parquetLines } = await import('./parquet.ts');
    return { head: await parquetLines(file, headBytes), isParquet: true, isCut: false };
  }
  return headIn(textOf(await file.slice(0, headBytes).arrayBuffer()), file.size <= headBytes);
}

const formatsOfLines: readonly Format[] = ['jsonl', 'csv', 'hh-rlhf', 'oasst'];

/** Whether something can be said of a head: half a line is a bad one, which the line is not. A list, often one line, has whole elements. */
export function isPreviewed(format: Format, { head, isCut }: Head): boolean {
  return !isCut || !formatsOfLines.includes(format) || isList(head);
}

/** The format under which a preview of a head is asked for. */
export function previewFormat(format: Format, isParquet: boolean): Format {
  return isParquet && format === 'parquet' ? 'jsonl' : format;
}

/** `isWhole` when there is no more of the file than this text. */
function headIn(text: string, isWhole: boolean): Head {
  const end = text.lastIndexOf('\n');
  const isCut = !isWhole && end === -1;
  return { head: isWhole || isCut ? text : text.slice(0, end + 1), isParquet: false, isCut };
}

/** UTF-16 begins with its mark. */
function textOf(bytes: ArrayBuffer): string {
  const [first, second] = new Uint8Array(bytes);
  return new TextDecoder(first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8').decode(bytes);
}

async function unzstd(file: File): Promise<Head> {
  // Fetched only by those who import it.
  const { Decompress } = await import('fzstd');
  const decoder = new TextDecoder();
  let text = '';
  const unzip = new Decompress((chunk) => { text += decoder.decode(chunk, { stream: true }); });
  let read = 0;
  for (; text.length <= headBytes && read < file.size; read += headBytes) unzip.push(new Uint8Array(await file.slice(read, read + headBytes).arrayBuffer()));
  return headIn(text.slice(0, headBytes), read >= file.size && text.length <= headBytes);
}

async function gunzipped(file: File): Promise<Head> {
  const decoder = new TextDecoder();
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  let [text, isWhole] = ['', false];
  while (text.length <= headBytes && !isWhole) {
    const { done, value } = await reader.read();
    isWhole = done;
    text += decoder.decode(value, { stream: !done });
  }
  await reader.cancel().catch(() => undefined);
  return headIn(text.slice(0, headBytes), isWhole && text.length <= headBytes);
}
