import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';

// Records as a Parquet file, as readers of tables take them (Hugging Face's `datasets`, pyarrow, DuckDB): what is nested is a
// list or a struct of columns of its own, never JSON in a text. A column may be null wherever it stands.

/** The type of a column: a list of something, a struct, or one of the plain ones. */
export type ColumnType = 'text' | 'integer' | 'boolean' | readonly [ColumnType] | { readonly [field: string]: ColumnType };
export type Columns = Readonly<Record<string, ColumnType>>;
export type Row = Readonly<Record<string, unknown>>;

/** A row group is held in memory as a whole, by who reads it, too. */
const groupCharacters = 4 * 2 ** 20;
const groupRows = 10_000;

const plain = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT32' },
  boolean: { type: 'BOOLEAN' },
} as const;

/**
 * The file in pieces of a row group each, compressed with Snappy. Memory stays flat however many rows there are. Of an object
 * the columns alone are written. A file that was broken off lacks its end, and no reader takes it.
 */
export async function* writeParquet(rows: AsyncIterable<Row>, columns: Columns): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  const schema = [{ name: 'schema', num_children: Object.keys(columns).length }, ...Object.entries(columns).flatMap(([name, type]) => elementsOf(name, type))];
  const file = new ParquetWriter({ writer, schema, createdBy: 'minchat' });
  /** What was written since it was last asked. */
  const written = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  const writeGroup = async (group: readonly Row[]): Promise<void> =>
    // Statistics serve to pass over row groups in a search, which nobody makes in prose.
    file.write({ columnData: Object.keys(columns).map((name) => ({ name, data: group.map((row) => row[name]), statistics: false })), rowGroupSize: group.length });
  let group: Row[] = [];
  let characters = 0;
  for await (const row of rows) {
    group.push(row);
    characters += JSON.stringify(row).length;
    if (characters < groupCharacters && group.length < groupRows) continue;
    await writeGroup(group);
    yield written();
    group = [];
    characters = 0;
  }
  if (group.length > 0) await writeGroup(group);
  await file.finish();
  yield written();
}

/** A column as the format's schema has it: its element, and those inside behind it. Lists have the three levels that the format asks for. */
function elementsOf(name: string, type: ColumnType): SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (typeof type === 'string') return [{ ...optional, ...plain[type] }];
  if (isList(type)) return [{ ...optional, converted_type: 'LIST', num_children: 1 }, { name: 'list', repetition_type: 'REPEATED', num_children: 1 }, ...elementsOf('element', type[0])];
  return [{ ...optional, num_children: Object.keys(type).length }, ...Object.entries(type).flatMap(([field, inside]) => elementsOf(field, inside))];
}

function isList(type: ColumnType): type is readonly [ColumnType] {
  return Array.isArray(type);
}
