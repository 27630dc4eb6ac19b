import { afterEach, beforeEach, expect, it } from 'vitest';
import { openTabs, type Tabs } from './tabs.ts';

let tabs: [Tabs, Tabs, Tabs, ...Tabs[]];
beforeEach(() => { tabs = [openTabs('rank'), openTabs('rank'), openTabs('rank')]; });
afterEach(() => { for (const tab of tabs) tab.close(); });

/** A store that gives whatever is not held first. */
const next = async (elsewhere: string[], tasks = ['a', 'b', 'c']): Promise<{ id: string } | null> => {
  const id = tasks.find((task) => !elsewhere.includes(task));
  await new Promise((resolve) => { setImmediate(resolve); });
  return id === undefined ? null : { id };
};

it('tabs that take a task at once take different ones', async () => {
  const taken = await Promise.all(tabs.map((tab) => tab.take(next)));
  expect(taken.map((task) => task?.id ?? '').toSorted()).toEqual(['a', 'b', 'c']);
});

it('what a tab had is left to it while it is loaded again', async () => {
  const [one, two] = tabs;
  const first = await one.take(next);
  one.leave();
  one.close();
  expect(await two.take(next)).toEqual({ id: 'b' });
  const again = openTabs('rank');
  tabs.push(again);
  expect(await again.take(next)).toEqual(first);
});

it('what one tab takes at once it takes one after the other', async () => {
  const [one, two] = tabs;
  let at = 0;
  const work = async (elsewhere: string[]): Promise<{ id: string } | null> => {
    at += 1;
    expect(at).toBe(1);
    const task = await next(elsewhere);
    at -= 1;
    return task;
  };
  await Promise.all([one.take(work), one.take(work), two.take(work)]);
});

it('a task is a tab\'s until it is done with it, or closed', async () => {
  const [one, two, three] = tabs;
  expect([await one.take(next), await two.take(next)]).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(await three.take((elsewhere) => next(elsewhere, ['a', 'b']))).toBe(null);
  one.release('a');
  expect(await three.take(next)).toEqual({ id: 'a' });
  two.close();
  expect(await one.take(next)).toEqual({ id: 'b' });
  // What could not be taken keeps nobody waiting.
  await expect(one.take(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await three.take((elsewhere) => Promise.resolve({ id: elsewhere.join() }))).toEqual({ id: 'b' });
  // A page that was left meanwhile.
  expect(await two.take(next)).toEqual({ id: 'a' });
});
