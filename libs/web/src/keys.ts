import type { KeyboardEvent as ReactKeyboardEvent } from 'react';

/** Whether a key is the input method's, which composes what is written. Safari tells of the last one by its code alone. */
export function isComposing(event: ReactKeyboardEvent | KeyboardEvent): boolean {
  return ('nativeEvent' in event ? event.nativeEvent : event).isComposing || event.keyCode === 229;
}

/** Sends at Enter; Shift+Enter breaks the line. */
export function enterSends(send: () => void): (event: ReactKeyboardEvent) => void {
  return (event) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    send();
  };
}

/** Ctrl+Enter, with which labelers hand in. Held down it would hand in the tasks that follow, too, as they are. */
export function handsIn(event: ReactKeyboardEvent | KeyboardEvent): boolean {
  return event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.repeat && !isComposing(event);
}
