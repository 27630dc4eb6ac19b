import { useEffect, useRef } from 'react';

const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'scroll', 'touchstart', 'focus'] as const;

/** Calls `onSign` at every sign of life on the page, coming back to it being one, and `onLeave` when it is hidden, or what asks is. */
export function useSigns(onSign: () => void, onLeave: () => void = () => undefined): void {
  const latest = useRef({ onSign, onLeave });
  latest.current = { onSign, onLeave };
  useEffect(() => {
    const sign = (): void => latest.current.onSign();
    const seen = (): void => (document.hidden ? latest.current.onLeave() : sign());
    for (const name of signs) addEventListener(name, sign, { passive: true, capture: true });
    document.addEventListener('visibilitychange', seen);
    return () => {
      latest.current.onLeave();
      for (const name of signs) removeEventListener(name, sign, { capture: true });
      document.removeEventListener('visibilitychange', seen);
    };
  }, []);
}
