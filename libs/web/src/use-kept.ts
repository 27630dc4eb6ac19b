import { useState } from 'react';
import { ownName } from './people/session.ts';
import { tabStorage } from './storage.ts';

interface Kept { text: string; write: (text: string) => void; drop: () => void }

/** What is being written: in this tab it is there again after a look at other pages, until it is dropped. */
export function useKept(name: string, initial = ''): Kept {
  const key = ownName(name);
  const [text, setText] = useState(() => tabStorage.recall(key) ?? initial);
  const write = (next: string): void => {
    setText(next);
    tabStorage.remember(key, next);
  };
  return { text, write, drop: () => tabStorage.forget(key) };
}
