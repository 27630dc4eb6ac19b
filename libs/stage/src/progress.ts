import { isDeepStrictEqual } from 'node:util';
import type { Metric } from '@minchat/contracts';
import type { Logger, ServiceMetrics } from '@minchat/telemetry';
import type { Metrics, Progress } from './define.ts';
import type { Tell } from './events.ts';

/** At most one progress event per job in this time, */
const everyMs = 1000;
/** and in this part of what a try has taken: what a stage of days tells is kept from its beginning, and still fits on a page. */
const everyPart = 1 / 5000;
const maxSamples = 20;
const maxSampleLength = 4000;

/** What is not finite has no place in a message; the stage itself says when it diverged. */
export function toMetrics(metrics: Metrics): Metric[] {
  return Object.entries(metrics).flatMap(([name, value]) => (Number.isFinite(value) ? [{ name, value }] : []));
}

interface ProgressSink {
  report(progress: Progress): void;
  /** Publishes what was held back. */
  flush(): Promise<void>;
}

/**
 * Thins out what a stage reports at every step: the latest of each second is published, of a longer time the longer
 * it takes, before it those that told what no later one does, as of a step that was evaluated, and nothing
 * that says the same again. Texts are collected until then. A progress event that cannot be published is dropped: the
 * next one tells more.
 */
export function createProgressSink(tell: Tell, kind: string, metrics: ServiceMetrics, log: Logger): ProgressSink {
  let held: Progress[] = [];
  let samples: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let publishing = Promise.resolve();
  let published: unknown;
  const began = performance.now();
  let tokens: number | undefined;

  function publish(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const one of held) publishOne(one);
    held = [];
  }

  function publishOne({ step, totalSteps, tokens: done = 0, message = '', metrics: told = {} }: Progress): void {
    const progress = { step, totalSteps, tokens: done, message: message.toWellFormed(), metrics: toMetrics(told), samples };
    samples = [];
    if (isDeepStrictEqual(progress, published)) return;
    publishing = publishing
      .then(() => tell({ progress }))
      .then(() => void (published = progress))
      .catch((error: unknown) => log.warn({ err: error }, 'could not publish progress'));
  }

  return {
    report(progress) {
      held = needed([...held, { ...progress, message: progress.message || held.at(-1)?.message || '' }]);
      samples = [...samples, ...(progress.samples ?? []).map((text) => text.slice(0, maxSampleLength).toWellFormed())].slice(-maxSamples);
      metrics.step.set({ kind }, progress.step);
      metrics.totalSteps.set({ kind }, progress.totalSteps);
      const now = progress.tokens ?? 0;
      // Counted from the job's start; what an earlier attempt did is not counted again.
      if (tokens !== undefined && now > tokens) metrics.tokens.inc({ kind }, now - tokens);
      tokens = now;
      for (const [name, value] of Object.entries(progress.metrics ?? {})) metrics.stageMetric.set({ kind, name }, value);
      timer ??= setTimeout(publish, Math.max(everyMs, (performance.now() - began) * everyPart));
    },
    async flush() {
      publish();
      await publishing;
    },
  };
}

/** The latest of some reports, and those before it with a metric that none behind them has. */
function needed(reports: readonly Progress[]): Progress[] {
  const told = new Set<string>();
  return reports.toReversed().filter(({ metrics = {} }, age) => {
    const before = told.size;
    for (const name of Object.keys(metrics)) told.add(name);
    return age === 0 || told.size > before;
  }).toReversed();
}
