import type { ErrorView } from '../api.ts';

export interface RunEvent {
  run: string;
  stage: string;
  at: number;
  kind: 'started' | 'progress' | 'checkpointed' | 'completed' | 'failed' | 'released' | 'runChanged' | 'logged';
  step?: number;
  totalSteps?: number;
  metrics?: Record<string, number>;
  samples?: string[];
  message?: string;
  attempt?: number;
  /** Of the run, when it changed. */
  status?: string;
  backend?: string;
  error?: ErrorView | null;
  lines?: { at: number; level: string; message: string; fields: string }[];
}
export interface Point { step: number; metrics: Record<string, number> }
/** A line of a stage's log. */
export interface LogLine { stage: string; at: number; level: string; message: string; fields: string }
export interface Sample { stage: string; step: number; text: string }
export interface History {
  /** By stage, in the order of steps. */
  points: Record<string, Point[]>;
  /** The latest first. */
  samples: Sample[];
  /** The latest state of each stage that an event told; `from` is the first that was told since it was started. */
  live: Record<string, { step: number; totalSteps: number; metrics: Record<string, number>; message: string; at: number; from: { step: number; at: number } }>;
  /** What happened besides progress, the latest first. */
  news: RunEvent[];
  /** What stages logged, the latest last. */
  lines: LogLine[];
}

const samplesKept = 60;
const newsKept = 40;
/** So many lines of a log are kept. */
export const linesKept = 500;
export const noHistory: History = { points: {}, samples: [], live: {}, news: [], lines: [] };

/** Adds events to a history. A stage that starts anew overwrites the steps that it does again. */
export function addEvents(history: History, events: readonly RunEvent[]): History {
  const points = { ...history.points };
  const live = { ...history.live };
  let { samples, news, lines } = history;
  const fresh = new Set<string>();
  for (const event of events) {
    if (event.kind === 'checkpointed') continue;
    if (event.kind === 'logged') {
      lines = [...lines, ...(event.lines ?? []).map((line) => ({ stage: event.stage, ...line }))].slice(-linesKept);
      continue;
    }
    if (event.kind !== 'progress') {
      if (event.kind === 'started') delete live[event.stage];
      news = [event, ...news].slice(0, newsKept);
      continue;
    }
    const { stage, at, step = 0, totalSteps = 0, metrics = {}, message = '' } = event;
    live[stage] = { step, totalSteps, metrics, message, at, from: live[stage]?.from ?? { step, at } };
    if (Object.keys(metrics).length > 0) {
      if (!fresh.has(stage)) points[stage] = [...(points[stage] ?? [])];
      fresh.add(stage);
      const list = points[stage] ?? [];
      while ((list.at(-1)?.step ?? -1) >= step) list.pop();
      list.push({ step, metrics });
    }
    if (event.samples && event.samples.length > 0) samples = [...event.samples.map((text) => ({ stage, step, text })), ...samples].slice(0, samplesKept);
  }
  return { points, samples, live, news, lines };
}

/** How many milliseconds a stage needs for the steps before it, at its pace so far; undefined while that cannot be told. */
export function timeLeft({ step, totalSteps, at, from }: History['live'][string]): number | undefined {
  return step > from.step && totalSteps > step ? ((at - from.at) / (step - from.step)) * (totalSteps - step) : undefined;
}
