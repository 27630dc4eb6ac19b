import { useState } from 'react';
import { formatMoment } from '../format.ts';
import { t } from '../preferences.ts';
import { linesKept, type History } from './run-events.ts';

/** Fewer are seen at a glance. */
const searchedFrom = 12;

interface Row { stage: string; at: number; level: string; what: string; more: string }

/** What happened to a run, and what its stages logged, the latest first; of one stage when one was chosen. */
export function LogView({ id, history, stage }: { id: string; history: History; stage: string }) {
  const [typed, setTyped] = useState('');
  const events = history.news.map((event): Row => ({
    stage: event.stage, at: event.at, level: event.kind === 'failed' ? 'error' : 'event', what: t(event.kind === 'runChanged' ? (event.status ?? '') : event.kind),
    more: [event.backend, event.message, event.error?.message].filter(Boolean).join(' · '),
  }));
  const lines = history.lines.map((line): Row => ({ stage: line.stage, at: line.at, level: line.level, what: line.message, more: fieldsOf(line.fields) }));
  const rows = [...events, ...lines].filter((row) => stage === '' || row.stage === stage || row.stage === 'run').toSorted((a, b) => b.at - a.at);
  if (rows.length === 0) return <p className="quiet">{t('Nothing has happened yet.')}</p>;
  const search = typed.trim().toLowerCase();
  const found = rows.filter((row) => `${row.level} ${row.stage} ${row.what} ${row.more}`.toLowerCase().includes(search));
  return (
    <>
      {history.lines.length < linesKept ? null : <p className="quiet">{t('Only the last {n} lines of the log are here. All of them: {command}', { n: linesKept, command: `npm run minchat -- logs ${id}${stage === '' ? '' : ` ${stage}`}` })}</p>}
      {rows.length < searchedFrom ? null : <div className="toolbar"><span className="grow" /><input type="search" dir="auto" aria-label={t('Search')} placeholder={t('Search')} value={typed} onChange={(event) => setTyped(event.target.value)} /></div>}
      <div aria-live="polite">{found.length === 0 ? <p className="quiet">{t('Nothing found.')}</p> : null}</div>
      <ol className="news">
        {found.map((row, i) => (
          <li key={i} className={row.level}><time dateTime={new Date(row.at).toISOString()}>{formatMoment(row.at)}</time> <b>{row.stage}</b> {row.what} <span className="quiet">{row.more}</span></li>
        ))}
      </ol>
    </>
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
