import { useEffect, useRef, useState } from 'react';
import { request, serverEvents, type ErrorView } from '../api.ts';

export interface RunEvent {
  stage: string;
  at: number;
  kind: 'started' | 'progress' | 'checkpointed' | 'completed' | 'failed' | 'released' | 'runChanged' | 'open';
  step?: number;
  totalSteps?: number;
  metrics?: Record<string, number>;
  samples?: string[];
  message?: string;
  attempt?: number;
  backend?: string;
  error?: ErrorView | null;
}
export interface Point { step: number; metrics: Record<string, number> }
export interface Sample { stage: string; step: number; text: string }
export interface History {
  /** By stage, in the order of steps. */
  points: Record<string, Point[]>;
  /** The latest first. */
  samples: Sample[];
  /** The latest state of each stage that an event told. */
  live: Record<string, { step: number; totalSteps: number; metrics: Record<string, number>; message: string }>;
  /** What happened besides progress, the latest first. */
  news: RunEvent[];
}

const samplesKept = 60;
const newsKept = 40;
export const noHistory: History = { points: {}, samples: [], live: {}, news: [] };

/** Adds events to a history. A stage that starts anew overwrites the steps that it does again. */
export function addEvents(history: History, events: readonly RunEvent[]): History {
  const points = { ...history.points };
  const live = { ...history.live };
  let { samples, news } = history;
  const fresh = new Set<string>();
  for (const event of events) {
    if (event.kind === 'open' || event.kind === 'checkpointed') continue;
    if (event.kind !== 'progress') {
      news = [event, ...news].slice(0, newsKept);
      continue;
    }
    const { stage, step = 0, totalSteps = 0, metrics = {}, message = '' } = event;
    live[stage] = { step, totalSteps, metrics, message };
    if (Object.keys(metrics).length > 0) {
      if (!fresh.has(stage)) points[stage] = [...(points[stage] ?? [])];
      fresh.add(stage);
      const list = points[stage] ?? [];
      while ((list.at(-1)?.step ?? -1) >= step) list.pop();
      list.push({ step, metrics });
    }
    if (event.samples && event.samples.length > 0) samples = [...event.samples.map((text) => ({ stage, step, text })), ...samples].slice(0, samplesKept);
  }
  return { points, samples, live, news };
}

/** Everything that is known to have happened to a run, as it happens. No id: nothing. */
export function useRunEvents(id: string, onNews: () => void = () => undefined): History {
  const [state, setState] = useState({ id, history: noHistory });
  const told = useRef(onNews);
  told.current = onNews;
  useEffect(() => {
    setState({ id, history: noHistory });
    if (id === '') return undefined;
    const controller = new AbortController();
    let waiting: RunEvent[] = [];
    let late: ReturnType<typeof setTimeout> | undefined;
    // Events of the past come in hundreds: they are drawn together.
    const timer = setInterval(() => {
      if (waiting.length === 0) return;
      const events = waiting;
      waiting = [];
      setState((last) => (last.id === id ? { id, history: addEvents(last.history, events) } : last));
      if (!events.some((event) => event.kind !== 'progress' && event.kind !== 'open')) return;
      told.current();
      // The coordinator hears the same event, and writes the record a moment later.
      late = setTimeout(() => told.current(), 700);
    }, 250);
    const listen = async (): Promise<void> => {
      for (let tries = 0; !controller.signal.aborted; tries += 1) {
        try {
          const response = await request(`/api/runs/${id}/events?from=all`, { signal: controller.signal });
          setState({ id, history: noHistory });
          for await (const event of serverEvents<RunEvent>(response)) waiting.push(event);
        } catch {
          // The connection broke, or the page was left; what is shown stays until it is back.
        }
        if (!controller.signal.aborted) await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 1000 * 2 ** tries)));
      }
    };
    void listen();
    return () => {
      controller.abort();
      clearInterval(timer);
      clearTimeout(late);
    };
  }, [id]);
  return state.id === id ? state.history : noHistory;
}
