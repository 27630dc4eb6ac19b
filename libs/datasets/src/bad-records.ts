// Why a record of a file cannot be used: a sentence for each reason, `{name}` standing for a value.
// The sentences are the keys under which the studio has them in other languages.

export const badRecords = {
  not_json: 'expected JSON, found {start}',
  not_object: 'expected a JSON object, found {found}',
  not_utf8: 'expected UTF-8, found bytes that are not',
  line_too_long: 'expected a line of at most {limit} bytes, found a longer one',
  document_too_long: 'expected a document of at most {limit} characters, found a longer one',
  cells: 'expected {expected} cells, as many as the first row has, found {found}',
  tool_turn: 'expected turns of system, user and assistant only, found a call of a tool or its result',
  nested_too_deeply: 'expected a record, found one nested too deeply',
  field_missing: '{field}: expected {expected}, found nothing',
  field_type: '{field}: expected {expected}, found {found}',
  field_too_small: '{field}: expected {limit} or more',
  field_too_big: '{field}: expected {limit} or less',
  field_invalid: '{field}: {problem}',
  fields_unknown: 'expected text, prompt, prompt and completion, messages, chosen and rejected, or prompt and answers; found {found}',
  completion_bad: 'expected a good completion, found one labelled false',
  pair_forms: 'expected chosen and rejected of one form, found a string and a list',
  pair_differs: 'expected chosen and rejected that differ in the last turn only',
  pair_without_prompt: 'expected a prompt, or chosen and rejected that begin with the same one',
  answer_turns: "expected an answer of one assistant's turn",
  transcript_turns: '{field}: expected "\\n\\nHuman:" and "\\n\\nAssistant:" turns',
  transcript_end: "{field}: expected an assistant's last turn, found a human's",
  tree_start: 'expected the messages of a tree in rows one after another, found some without the first',
  prompt_end: "expected a prompt that ends with a user's turn, found one of {found}",
  prompt_empty: 'expected a prompt, found an empty one',
  prompt_unknown: 'expected the messages of a prompt, or a known one, found {found}',
  prompt_forgotten: 'expected a prompt to keep, found one of somebody who was forgotten',
  text_empty: 'expected text, found an empty one',
  answer_empty: 'expected an answer, found an empty completion',
  answers_few: 'expected two or more answers, or one with a rating, found {found}',
  answers_same: 'expected answers that differ, found the same text',
  rating_range: 'expected a rating from 1 to 7, found {found}',
  label_forgotten: 'expected a label to keep, found one of somebody who was forgotten',
} as const;

export type BadRecordCode = keyof typeof badRecords;
export type BadRecordValues = Readonly<Record<string, string | number>>;

/** The sentence of a reason, with its values in it. */
export function tellBadRecord(code: BadRecordCode, values: BadRecordValues): string {
  return badRecords[code].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
