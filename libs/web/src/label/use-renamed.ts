import { useEffect, useEffectEvent, useRef } from 'react';

/** Tells the name that a labeler went by before, when they take another one. */
export function useRenamed(labeler: string, onRenamed: (formerly: string) => void): void {
  const known = useRef(labeler);
  const tell = useEffectEvent(onRenamed);
  useEffect(() => {
    if (known.current === labeler) return;
    const formerly = known.current;
    known.current = labeler;
    tell(formerly);
  }, [labeler]);
}
