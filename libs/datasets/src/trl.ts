import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readDatasetInfo, readRecords } from './files.ts';
import { writeParquet, type Columns, type Row } from './parquet.ts';
import { splits, type ChatMessage, type RecordOf, type RecordType, type Split } from './records.ts';

// Datasets as tables in TRL's conventions (its documentation, "Dataset formats and types"), with what each turn is said by.

/** The type of a column with turns of a conversation. */
export const turnColumns = [{ role: 'text', content: 'text' }] as const;

export const answered = (content: string): ChatMessage[] => [{ role: 'assistant', content }];

/** Each pair of answers that is no tie, the better one first: what reward models and DPO are trained on. */
export function preferencesOf(answers: readonly { text: string; rank: number }[]): { chosen: ChatMessage[]; rejected: ChatMessage[] }[] {
  return answers.flatMap((better) =>
    answers.filter((worse) => better.rank < worse.rank && better.text !== worse.text).map((worse) => ({ chosen: answered(better.text), rejected: answered(worse.text) })));
}

interface Table<Record> {
  readonly columns: Columns;
  readonly rowsOf: (record: Record) => readonly Row[];
}

const promptColumns = { id: 'text', prompt: turnColumns, use_case: 'text', reference: 'text' } as const;
const ofPrompt = ({ id, messages, useCase, reference }: RecordOf<'prompts'>) => ({ id, prompt: messages, use_case: useCase, reference });

/** What a dataset of each type is written as, by the name of the table: its type, or another. */
const tables: { readonly [Type in RecordType]: Readonly<Record<string, Table<RecordOf<Type>>>> } = {
  text: { text: { columns: { text: 'text' }, rowsOf: (record) => [record] } },
  prompts: { prompts: { columns: promptColumns, rowsOf: (record) => [ofPrompt(record)] } },
  demonstrations: {
    demonstrations: { columns: { ...promptColumns, completion: turnColumns }, rowsOf: (record) => [{ ...ofPrompt(record), completion: answered(record.completion) }] },
  },
  answers: {
    answers: { columns: { ...promptColumns, answers: [{ text: 'text', finished: 'boolean' }], model: 'text' }, rowsOf: ({ answers, model, ...record }) => [{ ...ofPrompt(record), answers, model }] },
  },
  comparisons: {
    comparisons: {
      columns: { ...promptColumns, labeler: 'text', answers: [{ text: 'text', finished: 'boolean', rank: 'integer', rating: 'integer' }] },
      rowsOf: ({ labeler, answers, ...record }) => [{ ...ofPrompt(record), labeler, answers }],
    },
    preferences: {
      columns: { ...promptColumns, labeler: 'text', chosen: turnColumns, rejected: turnColumns },
      rowsOf: ({ labeler, answers, ...record }) => preferencesOf(answers).map((pair) => ({ ...ofPrompt(record), labeler, ...pair })),
    },
  },
};

/**
 * Writes a dataset as Parquet into a folder, a file for each split that has records, as `load_dataset` takes it. Comparisons are
 * written as pairs, too, into a folder beside it. Returns the folders. Throws MC_DATA_INVALID.
 */
export async function writeTables(dataset: string, folder: string, signal: AbortSignal): Promise<string[]> {
  const { type, counts } = await readDatasetInfo(dataset);
  return writeTablesOf(type, { dataset, folder, splits: splits.filter((split) => (counts[split] ?? 0) > 0), signal });
}

async function writeTablesOf<Type extends RecordType>(type: Type, { dataset, folder, splits: there, signal }: { dataset: string; folder: string; splits: readonly Split[]; signal: AbortSignal }): Promise<string[]> {
  const folders: string[] = [];
  for (const [name, { columns, rowsOf }] of Object.entries(tables[type])) {
    const target = name === type ? folder : `${folder}-${name}`;
    await mkdir(target, { recursive: true });
    for (const split of there) {
      const rows = async function* (): AsyncGenerator<Row> {
        for await (const record of readRecords(dataset, type, split)) yield* rowsOf(record);
      };
      await pipeline(writeParquet(rows(), columns), createWriteStream(join(target, `${split}.parquet`)), { signal });
    }
    folders.push(target);
  }
  return folders;
}
