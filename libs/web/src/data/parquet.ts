import { withoutBigints } from '@minchat/datasets/without-bigints';
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type Compressors } from 'hyparquet';
import { decompress } from 'fzstd';

const previewedRows = 8;

// hyparquet reads Snappy by itself. Libraries for more are WebAssembly, which the content policy of
// the page refuses: such a file is imported all the same, without a preview.
const compressors: Compressors = { ZSTD: (input) => decompress(input) };

/** The first rows of a Parquet file as JSON lines, as many as fit. */
export async function parquetLines(file: File, maxCharacters: number): Promise<string> {
  const buffer: AsyncBuffer = { byteLength: file.size, slice: (start, end) => file.slice(start, end).arrayBuffer() };
  const metadata = await parquetMetadataAsync(buffer);
  const rows = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart: 0, rowEnd: Math.min(previewedRows, Number(metadata.num_rows)) });
  const lines = rows.map((row) => JSON.stringify(withoutBigints(row)));
  let size = 0;
  return lines.filter((line) => (size += line.length + 1) < maxCharacters).join('\n');
}
