import { expect, it } from 'vitest';
import { createActiveClock, idleAfterMs } from './active-time.ts';

it('counts what lies between the things that are done', () => {
  const clock = createActiveClock(1000);
  clock.touch(3000);
  clock.touch(3500);
  expect(clock.total(4000)).toBe(3000);
});

it('leaves out the time in which nothing is done, and that of a hidden page', () => {
  const clock = createActiveClock(0);
  clock.touch(2000);
  clock.touch(2000 + idleAfterMs + 1);
  expect(clock.total(2000 + idleAfterMs + 501)).toBe(2500);
  clock.pause(2000 + idleAfterMs + 501);
  expect(clock.total(9e6)).toBe(2500);
  clock.touch(9e6);
  expect(clock.total(9e6 + 100)).toBe(2600);
  // A clock that was set back takes nothing away.
  expect(clock.total(0)).toBe(2500);
});
