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
  /** What stood here before it was put aside; undefined when nothing was. */
  before: () => readonly Turn[] | undefined;
  /** Keeps what stands here, to be brought back while nothing else is asked. */
  putAside: () => void;
  /** There is no way back any more. */
  letGo: () => void;
  /** Changes what stands here for what stood here before. */
  bringBack: () => void;
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
  let before: readonly Turn[] | undefined;
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
  const show = (next: readonly Turn[]): void => {
    const count = turns.length;
    turns = next;
    // Not with every word: a question, and what was made of it. Before it is shown: whoever sees an answer may leave at once.
    if (turns.length !== count || !isBusy(turns.at(-1))) save();
    for (const listener of listeners) listener();
  };
  return {
    turns: () => turns,
    change: (by) => show(by(turns)),
    before: () => before,
    putAside: () => { before = turns; },
    letGo: () => { before = undefined; },
    bringBack() {
      if (before === undefined) return;
      const back = before;
      before = turns;
      show(back);
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
