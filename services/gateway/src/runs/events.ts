import type { IncomingHttpHeaders } from 'node:http';
import type { Bus, Subscription } from '@minchat/bus';
import { eventKind, metricsByName, type LogLine, type StageEvent, type WireError } from '@minchat/contracts';
import type { ServerSentEvent } from '../sse.ts';
import { viewError } from './view.ts';

/**
 * Each run's next event is taken when the last was sent: who reads slowly leaves the others with NATS. Whoever comes again
 * goes on behind the last event that they had, as browsers' EventSource tells it by itself: an event's id has the number of
 * the last one of each run, whose events come in no common order.
 */
export async function* runEvents(bus: Pick<Bus, 'subscribeEvents'>, ids: readonly string[], { headers, query: { from } }: { headers: IncomingHttpHeaders; query: { from: 'all' | 'new' } }, signal: AbortSignal): AsyncGenerator<ServerSentEvent, void, undefined> {
  const last = headers['last-event-id'];
  const had = typeof last === 'string' && /^\d{1,15}(,\d{1,15})*$/.test(last) ? last.split(',').map(Number) : [];
  /** 0 of a run of which nothing was told yet. */
  const told = had.length === ids.length ? had : ids.map(() => 0);
  const waiting: { event: StageEvent; number: number; sent: () => void }[] = [];
  let ended = false;
  let wake = (): void => undefined;
  const take = (event: StageEvent, number: number): Promise<void> => new Promise((sent) => {
    if (ended) return sent();
    waiting.push({ event, number, sent });
    wake();
  });
  const subscriptions: Subscription[] = [];
  const end = (): void => {
    ended = true;
    for (const { sent } of waiting) sent();
    wake();
  };
  signal.addEventListener('abort', end);
  try {
    for (const [place, runId] of ids.entries()) {
      const after = told[place] ?? 0;
      const subscription = await bus.subscribeEvents({ runId, from, ...(after > 0 ? { after } : {}) }, take);
      subscriptions.push(subscription);
      void subscription.done.then(end, end);
    }
    // Opens the stream at once, so that a page knows it is connected before anything happens.
    yield { event: 'open', data: '{"kind":"open"}' };
    while (!ended) {
      const next = waiting[0];
      if (next === undefined) {
        await new Promise<void>((resolve) => { wake = resolve; });
        continue;
      }
      told[ids.indexOf(next.event.runId)] = next.number;
      yield viewEvent(next.event, told.join());
      waiting.shift();
      next.sent();
    }
  } finally {
    signal.removeEventListener('abort', end);
    end();
    await Promise.all(subscriptions.map((subscription) => subscription.stop()));
  }
}

/** An event for the web app: what happened, to which stage, and the particulars. By its id a reader goes on that broke off. */
function viewEvent(event: StageEvent, id: string): ServerSentEvent {
  const kind = eventKind(event) ?? 'progress';
  const { metrics: list, error: wire, lines, ...rest } = { ...event[kind] } as { metrics?: { name: string; value: number }[]; error?: WireError; lines?: LogLine[] };
  const data = {
    run: event.runId,
    stage: event.stage,
    at: event.atMs,
    kind,
    ...rest,
    ...(list === undefined ? {} : { metrics: metricsByName(list) }),
    ...(wire === undefined ? {} : { error: viewError(wire) }),
    ...(lines === undefined ? {} : { lines: lines.map(({ atMs, level, message, fieldsJson }) => ({ at: atMs, level, message, fields: fieldsJson })) }),
  };
  return { event: kind, id, data: JSON.stringify(data) };
}
