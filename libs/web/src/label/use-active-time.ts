import { useRef } from 'react';
import { createActiveClock } from './active-time.ts';
import { useSigns } from './use-signs.ts';

/** Measures how long the labeler is at what is before them; ask for it when it is handed in. */
export function useActiveTime(): () => number {
  const clock = useRef(createActiveClock(performance.now()));
  useSigns(() => clock.current.touch(performance.now()), () => clock.current.pause(performance.now()));
  return () => Math.round(clock.current.total(performance.now()));
}
