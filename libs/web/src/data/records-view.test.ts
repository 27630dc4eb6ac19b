import { expect, it } from 'vitest';
import { addressOfRecords, readRecordsView } from './records-view.ts';

const read = (address: string) => readRecordsView(address.split('?')[1] ?? '');

it('an address tells which records are looked at, and no more than it has to', () => {
  const view = { type: 'comparisons', search: 'why & how? 100 %', labeler: 'ann', decision: 'train' } as const;
  expect(read(addressOfRecords('mine', view))).toEqual(view);
  expect(addressOfRecords('mine', read('#/data/mine'))).toBe('#/data/mine');
});

it('what an address says that cannot be is left out', () => {
  expect(read(`#/data/mine?type=constructor&other=1&search=${'a'.repeat(300)}`)).toEqual({ type: undefined, search: 'a'.repeat(200), labeler: '', decision: '' });
});
