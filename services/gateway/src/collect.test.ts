import { expect, it } from 'vitest';
import { collects } from './collect.ts';

it('collects by setting', () => {
  expect([collects('off', 'a'), collects('on', undefined), collects('a,b', 'b'), collects('a,b', 'c'), collects('a', undefined)]).toEqual([false, true, true, false, false]);
});
