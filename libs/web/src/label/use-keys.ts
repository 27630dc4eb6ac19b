import { useEffect, useEffectEvent } from 'react';

/** Calls `onKey` for keys pressed anywhere on the page, but where something is written or a dialog is open. */
export function useKeys(onKey: (event: KeyboardEvent) => void): void {
  const latest = useEffectEvent(onKey);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (!(event.target as HTMLElement | null)?.closest('input:not([type="checkbox"]), textarea, select, dialog')) latest(event);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
