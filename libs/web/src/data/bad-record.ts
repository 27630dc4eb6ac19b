import { badRecords } from '@minchat/datasets/bad-records';
import type { BadRecord } from '../api.ts';
import { t } from '../preferences.ts';

const sentences: Readonly<Record<string, string>> = badRecords;

/** Why a line cannot be used, in the chosen language; in English for a reason that this page does not know. */
export function badRecordText({ code, values, reason }: BadRecord): string {
  const sentence = sentences[code];
  return sentence === undefined ? reason : t(sentence, Object.fromEntries(values.map(({ name, value }) => [name, value])));
}
