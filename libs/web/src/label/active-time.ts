/** Who does nothing for so long is away: that time is not spent on the task. */
export const idleAfterMs = 60_000;

/** Adds up the time in which somebody is at something, from the moments at which they did anything. */
export interface ActiveClock {
  /** Something was done: what passed since the moment before counts, unless it was too long. */
  touch(now: number): void;
  /** The page is not looked at: nothing counts until it is touched again. */
  pause(now: number): void;
  total(now: number): number;
}

export function createActiveClock(start: number): ActiveClock {
  let total = 0;
  let last: number | undefined = start;
  const passed = (now: number): number => (last === undefined || now - last > idleAfterMs ? 0 : Math.max(0, now - last));
  return {
    touch(now) {
      total += passed(now);
      last = now;
    },
    pause(now) {
      total += passed(now);
      last = undefined;
    },
    total: (now) => total + passed(now),
  };
}
