import { z } from 'zod';
import { longestName, optional, parseRecord, type ImportedRecord } from './records.ts';

/** Tables have an empty text where nothing is known. */
const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text);
const name = optional(z.union([z.string(), z.int()], 'string | integer').transform(String).pipe(z.string().max(longestName))).transform(filled);

const namesSchema = z.object({
  user_id: name,
  labeler: name,
  use_case: optional(z.string()).transform(filled),
  // What others call so may be anything.
  note: z.string().optional().catch(undefined).transform(filled),
  reference: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined).transform(filled),
});

/** The records that an object gave, with who wrote them, what for, what they remarked, and the right answer, where it says so. Throws BadRecordError. */
export function named(value: unknown, records: readonly ImportedRecord[]): ImportedRecord[] {
  const { user_id: user, labeler, use_case: useCase, note, reference } = parseRecord(namesSchema, value);
  return records.map((record) => {
    if (record.kind === 'text') return record;
    const prompt = { ...record.prompt, ...(user === undefined ? {} : { user }), ...(useCase === undefined ? {} : { useCase }), ...(reference === undefined ? {} : { reference }) };
    if (record.kind === 'prompt') return { ...record, prompt };
    return { ...record, prompt, ...(labeler === undefined ? {} : { labeler }), ...(note === undefined ? {} : { note }) };
  });
}
