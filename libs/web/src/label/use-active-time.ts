import { useEffect, useRef } from 'react';
import { createActiveClock } from './active-time.ts';

const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'scroll', 'touchstart', 'focus'] as const;

/** Measures how long the labeler is at what is before them; ask for it when it is handed in. */
export function useActiveTime(): () => number {
  const clock = useRef(createActiveClock(performance.now()));
  useEffect(() => {
    const touch = (): void => clock.current.touch(performance.now());
    const seen = (): void => (document.hidden ? clock.current.pause(performance.now()) : touch());
    for (const sign of signs) addEventListener(sign, touch, { passive: true, capture: true });
    document.addEventListener('visibilitychange', seen);
    return () => {
      for (const sign of signs) removeEventListener(sign, touch, { capture: true });
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);
  return () => Math.round(clock.current.total(performance.now()));
}
