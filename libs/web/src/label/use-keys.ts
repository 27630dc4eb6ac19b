import { useEffect, useEffectEvent } from 'react';

/** Calls `onKey` for keys pressed anywhere on the page, but where something is written or a dialog is open. */
export function useKeys(onKey: (event: KeyboardEvent) => void): void {
  const latest = useEffectEvent(onKey);
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const isWriting = (event.target as HTMLElement | null)?.closest('input:not([type="checkbox"]), textarea, select');
      if (!isWriting && document.querySelector('dialog[open]') === null) latest(event);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
