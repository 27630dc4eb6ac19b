import { useEffect, useLayoutEffect, useRef } from 'react';
import type { Turn } from './thread.ts';

/** So near to the end of the page one is still at it. */
const nearby = 48;

/** Keeps the end of a conversation in sight while it grows, unless the reader has gone further up. */
export function useFollowing(turns: readonly Turn[]): void {
  const following = useRef(true);
  useEffect(() => {
    const page = document.documentElement;
    // What grows makes no event: only who scrolls leaves the end, or comes back to it.
    const look = (): void => { following.current = page.scrollTop + page.clientHeight >= page.scrollHeight - nearby; };
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, []);
  // A new question is followed from wherever it was asked.
  useLayoutEffect(() => { following.current = true; }, [turns.length]);
  useLayoutEffect(() => {
    if (following.current && turns.length > 0) scrollTo(0, document.documentElement.scrollHeight);
  }, [turns]);
}
