import type { Format } from './guess.ts';

/** So much of a file is looked at for a preview; a gateway takes no more. */
const headBytes = 64 * 1024;

/**
 * The beginning of a file as whole lines of text, unpacked where it is gzip; of a Parquet file, its
 * first rows as JSON lines, which the preview takes for the format `jsonl`.
 */
export async function headOf(file: File): Promise<{ head: string; isParquet: boolean }> {
  const magic = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (magic[0] === 0x1f && magic[1] === 0x8b) return { head: wholeLines(await textOf(file.stream().pipeThrough(new DecompressionStream('gzip')))), isParquet: false };
  if (new TextDecoder().decode(magic) === 'PAR1') {
    // Fetched only by those who import Parquet.
    const { parquetLines } = await import('./parquet.ts');
    return { head: await parquetLines(file, headBytes), isParquet: true };
  }
  const text = await file.slice(0, headBytes).text();
  return { head: file.size > headBytes ? wholeLines(text) : text, isParquet: false };
}

/** The format under which a preview of a head is asked for. */
export function previewFormat(format: Format, isParquet: boolean): Format {
  return isParquet && format === 'parquet' ? 'jsonl' : format;
}

function wholeLines(text: string): string {
  const end = text.lastIndexOf('\n');
  return end === -1 ? text : text.slice(0, end + 1);
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = '';
  while (text.length < headBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel().catch(() => undefined);
  return text.slice(0, headBytes);
}
