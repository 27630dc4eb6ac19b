import { expect, it } from 'vitest';
import { placeStages, reducedEdges } from './layout.ts';

const nodes = [
  { stage: 'data', after: [] },
  { stage: 'pretrain', after: ['data'] },
  { stage: 'sft', after: ['pretrain', 'data'] },
  { stage: 'other', after: ['pretrain', 'data'] },
  { stage: 'ppo', after: ['sft', 'data', 'other'] },
];

it('places stages behind what they take', () => {
  expect(placeStages(nodes).map(({ depth, row }) => [depth, row])).toEqual([[0, 0], [1, 0], [2, 0], [2, 1], [3, 0]]);
});

it('draws no edge that follows from others', () => {
  expect(reducedEdges(nodes)).toEqual([['data', 'pretrain'], ['pretrain', 'sft'], ['pretrain', 'other'], ['sft', 'ppo'], ['other', 'ppo']]);
});

it('ends on cycles', () => {
  expect(placeStages([{ stage: 'a', after: ['b'] }, { stage: 'b', after: ['a'] }])).toHaveLength(2);
  expect(reducedEdges([{ stage: 'a', after: ['a'] }])).toEqual([['a', 'a']]);
});
