import { useEffect, useEffectEvent, useState } from 'react';
import { request, serverEvents } from '../api.ts';
import { messageOf, whileSeen } from '../ui.tsx';
import { addEvents, noHistory, type History, type RunEvent } from './run-events.ts';

export type Histories = ReadonlyMap<string, History>;

export interface RunEvents {
  histories: Histories;
  /** Why nothing is heard of the runs, while it is tried again; empty when all is well. */
  problem: string;
}

/**
 * Everything that is known to have happened to some runs, as it happens. One connection tells of all of them, and is
 * held while the page is looked at: browsers give all pages of a host six.
 */
export function useRunEvents(ids: readonly string[], onNews: (id: string) => void): RunEvents {
  const [histories, setHistories] = useState<Histories>(new Map());
  const [problem, setProblem] = useState('');
  const tell = useEffectEvent(onNews);
  const wanted = ids.join();
  useEffect(() => {
    const heard = { last: '', of: new Set<string>() };
    return whileSeen(() => listen(wanted.split(','), heard, setHistories, (id) => tell(id), setProblem));
  }, [wanted]);
  return { histories, problem };
}

/**
 * Listens to runs until it is told to stop; a broken connection is mended. It goes on behind the `last` event of which is
 * `heard`. A connection that has none to go on from tells everything: until it does `of` a run, what was shown before stays.
 */
function listen(ids: readonly string[], heard: { last: string; of: Set<string> }, change: (by: (histories: Histories) => Histories) => void, onNews: (id: string) => void, onProblem: (problem: string) => void): () => void {
  const controller = new AbortController();
  let waiting: RunEvent[] = [];
  /** The id of the latest of those. */
  let latest = heard.last;
  const late = new Map<string, ReturnType<typeof setTimeout>>();
  // Events of the past come in hundreds: they are drawn together.
  const timer = setInterval(() => {
    if (waiting.length === 0) return;
    const byRun = [...Map.groupBy(waiting, ({ run }) => run)].map(([id, events]) => ({ id, events, anew: !heard.of.has(id) }));
    waiting = [];
    heard.last = latest;
    for (const { id } of byRun) heard.of.add(id);
    change((last) => new Map([...last, ...byRun.map(({ id, events, anew }) => [id, addEvents(anew ? noHistory : (last.get(id) ?? noHistory), events)] as const)]));
    for (const { id, events } of byRun) {
      if (!events.some(({ kind }) => kind !== 'progress' && kind !== 'logged')) continue;
      onNews(id);
      // The coordinator hears the same event, and writes the record a moment later.
      clearTimeout(late.get(id));
      late.set(id, setTimeout(() => onNews(id), 700));
    }
  }, 250);
  const run = async (): Promise<void> => {
    for (let tries = 0; !controller.signal.aborted; tries += 1) {
      let isOpen = false;
      try {
        const headers: HeadersInit = latest === '' ? {} : { 'last-event-id': latest };
        const response = await request(`/api/events?${new URLSearchParams([...ids.map((id) => ['run', id]), ['from', 'all']])}`, { headers, signal: controller.signal });
        onProblem('');
        [isOpen, tries] = [true, 0];
        // It begins at the beginning.
        if (latest === '') {
          waiting = [];
          heard.of.clear();
        }
        for await (const event of serverEvents<RunEvent | { kind: 'open' }>(response, (id) => { latest = id; })) if (event.kind !== 'open') waiting.push(event);
      } catch (error) {
        // That it broke is told when it cannot be mended.
        if (!isOpen && !controller.signal.aborted) onProblem(messageOf(error));
      }
      if (!controller.signal.aborted) await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 1000 * 2 ** tries)));
    }
  };
  void run();
  return () => {
    controller.abort();
    clearInterval(timer);
    for (const one of late.values()) clearTimeout(one);
    onProblem('');
  };
}
