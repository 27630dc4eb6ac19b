import { formatMoment } from '../format.ts';
import { t } from '../preferences.ts';
import type { History } from './run-events.ts';

interface Row { stage: string; at: number; level: string; what: string; more: string }

/** What happened to a run, and what its stages logged, the latest first; of one stage when one was chosen. */
export function LogView({ history, stage }: { history: History; stage: string }) {
  const events = history.news.map((event): Row => ({
    stage: event.stage, at: event.at, level: event.kind === 'failed' ? 'error' : 'event', what: t(event.kind === 'runChanged' ? (event.status ?? '') : event.kind),
    more: [event.backend, event.message, event.error?.message].filter(Boolean).join(' · '),
  }));
  const lines = history.lines.map((line): Row => ({ stage: line.stage, at: line.at, level: line.level, what: line.message, more: fieldsOf(line.fields) }));
  const rows = [...events, ...lines].filter((row) => stage === '' || row.stage === stage || row.stage === 'run').toSorted((a, b) => b.at - a.at);
  if (rows.length === 0) return <p className="quiet">{t('Nothing has happened yet.')}</p>;
  return (
    <ol className="news">
      {rows.map((row, i) => (
        <li key={i} className={row.level}><time dateTime={new Date(row.at).toISOString()}>{formatMoment(row.at)}</time> <b>{row.stage}</b> {row.what} <span className="quiet">{row.more}</span></li>
      ))}
    </ol>
  );
}

function fieldsOf(json: string): string {
  if (json === '') return '';
  try {
    return Object.entries(JSON.parse(json) as Record<string, unknown>).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' · ');
  } catch {
    return json;
  }
}
