import { recordTypes, type RecordType } from './record-types.ts';

/** Which records of a collection are looked at. The address tells it, to be sent to somebody: `#/data/NAME?type=comparisons&labeler=ann`. */
export interface RecordsView {
  /** Undefined when none was chosen. */
  type: RecordType | undefined;
  search: string;
  labeler: string;
  decision: string;
}

/** As long as the gateway takes it. */
const longest = { search: 200, labeler: 256, decision: 64 };

/** Anybody can write an address: what says nothing is left out. */
export function readRecordsView(query: string): RecordsView {
  const asked = new URLSearchParams(query);
  const text = (name: keyof typeof longest): string => (asked.get(name) ?? '').slice(0, longest[name]);
  return { type: recordTypes.find((type) => type === asked.get('type')), search: text('search'), labeler: text('labeler'), decision: text('decision') };
}

export function addressOfRecords(collection: string, view: Partial<RecordsView>): string {
  const query = new URLSearchParams(Object.entries(view).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')).toString();
  return `#/data/${collection}${query === '' ? '' : `?${query}`}`;
}
