import { z } from 'zod';
import { BadRecordError, maxRecordBytes } from './records.ts';

/** One row (or line, or element) of a file as it stands there: its number counted from 1, and its value or why it cannot be read. */
export type Row = { readonly line: number; readonly value: unknown } | { readonly line: number; readonly bad: BadRecordError };

/** Whether a number as it is written is an integer that no number is exact for. It stays text: ids often differ in their last digits only. */
export function isInexactInteger(written: string): boolean {
  return /^-?\d+$/.test(written) && !Number.isSafeInteger(Number(written));
}

// Some datasets spread what belongs together over rows that follow each other.

const whose = z.union([z.string(), z.number()]).nullish();
/** Each answer to a prompt has a row of its own, as in HelpSteer; those of other people are another comparison's. */
const ratedSchema = z.object({ prompt: z.string(), response: z.string(), helpfulness: z.number(), user_id: whose, labeler: whose, use_case: z.string().nullish() });
/** Open-Assistant's messages, as Hugging Face has them: each has a row of its own, and names its tree and what it replies to. */
const messageSchema = z.looseObject({ message_tree_id: z.string(), message_id: z.string(), parent_id: z.string().nullish(), text: z.string() });

interface Part {
  readonly key: string;
  readonly line: number;
  readonly characters: number;
  readonly value: unknown;
  readonly join: (parts: readonly Part[]) => Row;
}

/** Makes one row of those that belong together, no larger than a record may be; all others stay as they are. */
export async function* joinRows(rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  let parts: Part[] = [];
  let characters = 0;
  const joined = function* (): Generator<Row> {
    const [first] = parts;
    if (first !== undefined) yield first.join(parts);
    parts = [];
    characters = 0;
  };
  for await (const row of rows) {
    // What is around a row that cannot be read still belongs together.
    if ('bad' in row) {
      yield row;
      continue;
    }
    const part = partOf(row.line, row.value);
    if (part === undefined || part.key !== parts[0]?.key || characters + part.characters > maxRecordBytes) yield* joined();
    if (part === undefined) yield row;
    else {
      parts.push(part);
      characters += part.characters;
    }
  }
  yield* joined();
}

function partOf(line: number, value: unknown): Part | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('helpfulness' in value) {
    const { data } = ratedSchema.safeParse(value);
    if (data === undefined) return undefined;
    const { response, helpfulness, ...about } = data;
    return { key: `prompt ${JSON.stringify(about)}`, line, characters: about.prompt.length + response.length, value: { about, answer: { text: response, score: helpfulness } }, join: rankedOf };
  }
  if ('message_tree_id' in value && !('prompt' in value)) {
    const { data } = messageSchema.safeParse(value);
    return data && { key: `tree ${data.message_tree_id}`, line, characters: data.text.length, value: data, join: treeOf };
  }
  return undefined;
}

function rankedOf(parts: readonly Part[]): Row {
  const rated = parts.map(({ value }) => value as { about: object; answer: object });
  return { line: parts[0]?.line ?? 0, value: { ...rated[0]?.about, answers: rated.map(({ answer }) => answer) } };
}

function treeOf(parts: readonly Part[]): Row {
  const nodes = new Map(parts.map(({ value }) => value as z.output<typeof messageSchema>).map((message) => [message.message_id, { ...message, replies: [] as unknown[] }]));
  for (const node of nodes.values()) nodes.get(node.parent_id ?? '')?.replies.push(node);
  const [first] = parts as [Part];
  const id = (first.value as z.output<typeof messageSchema>).message_tree_id;
  const prompt = nodes.get(id);
  return prompt === undefined ? { line: first.line, bad: new BadRecordError('tree_start') } : { line: first.line, value: { message_tree_id: id, prompt } };
}
