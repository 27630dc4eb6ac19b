import { useEffect, useState } from 'react';
import { getJson } from '../api.ts';
import { formatTime } from '../format.ts';
import { t } from '../preferences.ts';
import { messageOf, Problem } from '../ui.tsx';

interface Entry { number: number; at: number; account: string; name: string; address: string; action: string; target: string; detail: string }

/** Who did what, a page at a time, the newest first. */
export function AuditLog() {
  const [pages, setPages] = useState<number[]>([0]);
  const [shown, setShown] = useState<{ entries: Entry[]; next: number }>();
  const [problem, setProblem] = useState('');
  const before = pages.at(-1) ?? 0;
  useEffect(() => {
    const controller = new AbortController();
    getJson<{ entries: Entry[]; next: number }>(`/api/audit?before=${before}`, controller.signal).then(
      (page) => { setShown(page); setProblem(''); },
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
  }, [before]);
  return (
    <>
      <Problem text={problem} />
      <div className="card audit" role="region" tabIndex={0} aria-label={t('Audit log')}>
        <table>
          <thead><tr><th scope="col">{t('When')}</th><th scope="col">{t('Who')}</th><th scope="col">{t('What')}</th><th scope="col">{t('Particulars')}</th><th scope="col">{t('From')}</th></tr></thead>
          <tbody>
            {shown?.entries.map((entry) => (
              <tr key={entry.number}>
                <td>{formatTime(entry.at)}</td>
                <td>{entry.name === '' ? t('somebody') : entry.name}</td>
                <td className="code">{entry.action}</td>
                <td>{[entry.target, entry.detail].filter((text) => text !== '').join(' · ')}</td>
                <td>{entry.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="pager">
        <button type="button" disabled={pages.length < 2} onClick={() => setPages(pages.slice(0, -1))}>{t('Newer')}</button>
        <span className="quiet">{t('Page {n}', { n: pages.length })}</span>
        <button type="button" disabled={(shown?.next ?? 0) === 0} onClick={() => setPages([...pages, shown?.next ?? 0])}>{t('Older')}</button>
      </div>
    </>
  );
}
