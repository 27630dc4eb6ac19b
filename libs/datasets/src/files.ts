import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MinchatError } from '@minchat/errors';
import { datasetInfoSchema, recordSchemas, splits, type DatasetInfo, type RecordOf, type RecordType, type Split } from './records.ts';

/** Reads `dataset.json`. Throws MC_DATA_INVALID when the folder is no dataset of the type expected. */
export async function readDatasetInfo(folder: string, expected?: RecordType): Promise<DatasetInfo> {
  const path = join(folder, 'dataset.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new MinchatError('MC_DATA_INVALID', `${path}: expected a dataset, found no readable dataset.json`, { cause });
  });
  const parsed = datasetInfoSchema.safeParse(parseJson(text, path));
  if (!parsed.success) throw new MinchatError('MC_DATA_INVALID', `${path}: ${parsed.error.message}`);
  if (expected !== undefined && parsed.data.type !== expected) {
    throw new MinchatError('MC_DATA_INVALID', `${path}: expected a dataset of ${expected}, found one of ${parsed.data.type}`);
  }
  return parsed.data;
}

/** Streams the records of one split, validated; a missing split is an empty one. */
export async function* readRecords<T extends RecordType>(folder: string, type: T, split: Split): AsyncGenerator<RecordOf<T>> {
  await readDatasetInfo(folder, type);
  const path = join(folder, `${split}.jsonl`);
  if (!(await stat(path).catch(() => undefined))) return;
  const schema = recordSchemas[type];
  let number = 0;
  for await (const line of readLines(path)) {
    number += 1;
    if (line.trim() === '') continue;
    const value = parseJson(line, `${path}:${number}`);
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new MinchatError('MC_DATA_INVALID', `${path}:${number}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
    }
    yield parsed.data as RecordOf<T>;
  }
}

/** Lines end with "\n" only: node:readline would also break them at U+2028, which JSON leaves as it is. */
async function* readLines(path: string): AsyncGenerator<string> {
  let pending: string[] = [];
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const [first = '', ...rest] = chunk.split('\n');
    pending.push(first);
    for (const next of rest) {
      yield pending.join('');
      pending = [next];
    }
  }
  yield pending.join('');
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MinchatError('MC_DATA_INVALID', `${place}: expected a JSON object, found ${text.slice(0, 60)}`, { cause });
  }
}

/** All records of a split in memory: for the sets that a trainer shuffles. */
export async function loadRecords<T extends RecordType>(folder: string, type: T, split: Split): Promise<RecordOf<T>[]> {
  return Array.fromAsync(readRecords(folder, type, split));
}

/** Writes a dataset folder; `dataset.json` last, so that a folder with one is complete. */
export async function writeDataset<T extends RecordType>(
  folder: string,
  type: T,
  records: Partial<Record<Split, Iterable<RecordOf<T>> | AsyncIterable<RecordOf<T>>>>,
  description = '',
  metrics: Readonly<Record<string, number>> = {},
): Promise<DatasetInfo> {
  await mkdir(folder, { recursive: true });
  const counts: Record<string, number> = {};
  for (const split of splits) {
    const source = records[split];
    if (source === undefined) continue;
    let count = 0;
    const lines = async function* (): AsyncGenerator<string> {
      for await (const record of source) {
        count += 1;
        yield `${JSON.stringify(record)}\n`;
      }
    };
    await pipeline(Readable.from(lines()), createWriteStream(join(folder, `${split}.jsonl`)));
    counts[split] = count;
  }
  const info: DatasetInfo = { type, counts, description, metrics: { ...metrics } };
  await writeFile(join(folder, 'dataset.json'), `${JSON.stringify(info, null, 2)}\n`);
  return info;
}
