import { useEffect, useRef, useState } from 'react';
import { request, serverEvents } from '../api.ts';
import { messageOf, whileSeen } from '../ui.tsx';
import { addEvents, noHistory, type History, type RunEvent } from './run-events.ts';

export interface RunEvents {
  histories: Readonly<Record<string, History>>;
  /** Why nothing is heard of a run, while it is tried again; empty when all is well. */
  problem: string;
}

/**
 * Everything that is known to have happened to some runs, as it happens. Each holds a connection while the page
 * is looked at, of which browsers give all pages of a host six: a few runs, no more.
 */
export function useRunEvents(ids: readonly string[], onNews: (id: string) => void): RunEvents {
  const [histories, setHistories] = useState<Record<string, History>>({});
  const [problem, setProblem] = useState('');
  const told = useRef(onNews);
  told.current = onNews;
  const listeners = useRef(new Map<string, () => void>());
  const wanted = ids.join();
  useEffect(() => {
    const known = listeners.current;
    const now = new Set(wanted.split(',').filter(Boolean));
    for (const [id, stop] of known) {
      if (now.has(id)) continue;
      stop();
      known.delete(id);
      setHistories((last) => Object.fromEntries(Object.entries(last).filter(([name]) => name !== id)));
    }
    for (const id of now) {
      if (known.has(id)) continue;
      known.set(id, whileSeen(() => listen(id, (change) => setHistories((last) => ({ ...last, [id]: change(last[id] ?? noHistory) })), () => told.current(id), setProblem)));
    }
  }, [wanted]);
  useEffect(() => {
    const known = listeners.current;
    return () => {
      for (const stop of known.values()) stop();
      known.clear();
    };
  }, []);
  return { histories, problem };
}

/** Listens to a run until it is told to stop; a broken connection is mended. */
function listen(id: string, change: (by: (history: History) => History) => void, onNews: () => void, onProblem: (problem: string) => void): () => void {
  const controller = new AbortController();
  let waiting: RunEvent[] = [];
  // A connection tells everything from the beginning; until it does, what was shown before stays.
  let fresh = false;
  let late: ReturnType<typeof setTimeout> | undefined;
  // Events of the past come in hundreds: they are drawn together.
  const timer = setInterval(() => {
    if (waiting.length === 0) return;
    const [events, anew] = [waiting, fresh];
    waiting = [];
    fresh = false;
    change((history) => addEvents(anew ? noHistory : history, events));
    if (!events.some(({ kind }) => kind !== 'progress' && kind !== 'open' && kind !== 'logged')) return;
    onNews();
    // The coordinator hears the same event, and writes the record a moment later.
    late = setTimeout(onNews, 700);
  }, 250);
  const run = async (): Promise<void> => {
    for (let tries = 0; !controller.signal.aborted; tries += 1) {
      let heard = false;
      try {
        const response = await request(`/api/runs/${encodeURIComponent(id)}/events?from=all`, { signal: controller.signal });
        onProblem('');
        [heard, tries, waiting, fresh] = [true, 0, [], true];
        for await (const event of serverEvents<RunEvent>(response)) waiting.push(event);
      } catch (error) {
        // That it broke is told when it cannot be mended.
        if (!heard && !controller.signal.aborted) onProblem(messageOf(error));
      }
      if (!controller.signal.aborted) await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 1000 * 2 ** tries)));
    }
  };
  void run();
  return () => {
    controller.abort();
    clearInterval(timer);
    clearTimeout(late);
    onProblem('');
  };
}
