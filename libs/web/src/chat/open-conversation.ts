import { ownName } from '../people/session.ts';
import { recall, remember, tabStorage } from '../storage.ts';
import { isBusy, loadTurns, saveTurns, type Turn } from './thread.ts';

/**
 * What is said in this tab, which begins with what was last said in any and then goes on by itself: of several
 * tabs none takes the others' turns away. It goes on while another page of the studio is looked at.
 */
export interface OpenConversation {
  turns: () => readonly Turn[];
  change: (by: (now: readonly Turn[]) => readonly Turn[]) => void;
  subscribe: (listener: () => void) => () => void;
  /** For an answer that is about to be written: aborted by `stop`. */
  begin: () => AbortSignal;
  stop: () => void;
}

let open: { name: string; conversation: OpenConversation } | undefined;

/** Of whoever is logged in. */
export function openConversation(): OpenConversation {
  const name = ownName('conversation');
  if (open?.name !== name) {
    open?.conversation.stop();
    open = { name, conversation: conversationOf(name) };
  }
  return open.conversation;
}

function conversationOf(name: string): OpenConversation {
  let turns: readonly Turn[] = loadTurns(tabStorage.recall(name) ?? recall(name));
  let controller = new AbortController();
  const listeners = new Set<() => void>();
  const save = (): void => {
    const text = saveTurns(turns);
    tabStorage.remember(name, text);
    remember(name, text);
  };
  addEventListener('pagehide', () => {
    if (isBusy(turns.at(-1))) save();
    // Else a request that the browser breaks off would count as one that failed.
    controller.abort();
  });
  return {
    turns: () => turns,
    change(by) {
      const before = turns.length;
      turns = by(turns);
      // Not with every word: a question, and what was made of it. Before it is shown: whoever sees an answer may leave at once.
      if (turns.length !== before || !isBusy(turns.at(-1))) save();
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin() {
      controller = new AbortController();
      return controller.signal;
    },
    stop: () => controller.abort(),
  };
}
