import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { withoutBigints } from '@minchat/datasets/without-bigints';
import { MinchatError } from '@minchat/errors';
import type { Row } from './rows.ts';
import type { Source } from './source.ts';

/** Uncompressed bytes of rows held at once: a larger row group is read in parts. */
const bytesAtOnce = 64 * 2 ** 20;

/** Reads a Parquet file, one row group after another; `line` is a row's number. */
export async function* readParquet(source: Source): AsyncGenerator<Row> {
  if (source.packing !== undefined) {
    throw new MinchatError('MC_DATA_INVALID', `expected Parquet, found ${source.packing}`, { hint: 'Unpack the file first: Parquet is compressed inside.' });
  }
  const broken = (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MinchatError('MC_DATA_INVALID', `expected Parquet, found it broken: ${reason}`, { cause });
  };
  const file = await asyncBufferFromFile(source.path);
  const metadata = await parquetMetadataAsync(file).catch(broken);
  let line = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = line + Number(group.num_rows);
    const parts = Math.ceil(Number(group.total_byte_size) / bytesAtOnce);
    const rowsAtOnce = Math.ceil(Number(group.num_rows) / Math.max(1, parts));
    while (line < groupEnd) {
      const rowEnd = Math.min(line + rowsAtOnce, groupEnd);
      const rows = await parquetReadObjects({ file, metadata, compressors, rowStart: line, rowEnd }).catch(broken);
      for (const row of rows) {
        line += 1;
        yield { line, value: withoutBigints(row) };
      }
    }
    source.setBytesRead(source.bytesRead() + Number(group.total_compressed_size ?? group.total_byte_size));
  }
  source.setBytesRead(source.totalBytes);
}
