import { useEffect, useState } from 'react';
import { getJson, type Collection, type StoredRecord } from '../api.ts';
import { formatNumber } from '../format.ts';
import { t } from '../preferences.ts';
import { Conversation, messageOf, PageHead, Problem } from '../ui.tsx';

const types = ['prompts', 'demonstrations', 'comparisons', 'texts'] as const;
const searchAfterMs = 250;

/** The records of a collection, a page at a time. */
export function Browse({ name, counts }: { name: string; counts: Collection | undefined }) {
  const [chosen, setType] = useState<(typeof types)[number]>();
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState('');
  const [pages, setPages] = useState<string[]>(['']);
  const [shown, setShown] = useState<{ records: StoredRecord[]; next: string }>();
  const [problem, setProblem] = useState('');
  // The first that there is anything of, told people's answers before the prompts themselves.
  const type = chosen ?? (['comparisons', 'demonstrations', 'prompts', 'texts'] as const).find((one) => (counts?.[one] ?? 0) > 0) ?? 'prompts';
  const after = pages.at(-1) ?? '';
  useEffect(() => {
    const timer = setTimeout(() => { setSearch(typed.trim()); setPages(['']); }, searchAfterMs);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    if (counts === undefined) return undefined;
    const controller = new AbortController();
    const query = new URLSearchParams({ type, search, after });
    getJson<{ records: StoredRecord[]; next: string }>(`/api/data/collections/${name}/records?${query}`, controller.signal).then(
      (page) => { setShown(page); setProblem(''); },
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
    // Counts change while data comes in; the page that is read does not.
  }, [name, type, search, after, counts === undefined]);
  return (
    <div className="page">
      <PageHead title={name} note={<a href="#/data">← {t('All data')}</a>} />
      <div className="toolbar">
        <div className="segments" role="group" aria-label={t('Kind')}>
          {types.map((one) => <button key={one} type="button" aria-pressed={type === one} onClick={() => { setType(one); setPages(['']); }}>{t(one)} <small className="quiet">{formatNumber(counts?.[one] ?? 0)}</small></button>)}
        </div>
        <span className="grow" />
        <input type="search" aria-label={t('Search')} placeholder={t('Search')} value={typed} onChange={(event) => setTyped(event.target.value)} />
      </div>
      <Problem text={problem} />
      <div aria-live="polite">{shown?.records.length === 0 ? <p className="quiet">{t('Nothing found.')}</p> : null}</div>
      <ul className="list records">{shown?.records.map((record) => <li key={record.id} className="card"><RecordView record={record} /></li>)}</ul>
      <div className="pager">
        <button type="button" disabled={pages.length < 2} onClick={() => setPages(pages.slice(0, -1))}>{t('Back')}</button>
        <span className="quiet">{t('Page {n}', { n: pages.length })}</span>
        <button type="button" disabled={(shown?.next ?? '') === ''} onClick={() => setPages([...pages, shown?.next ?? ''])}>{t('Next')}</button>
      </div>
    </div>
  );
}

function RecordView({ record }: { record: StoredRecord }) {
  const about = [record.labeler, record.useCase].filter((one) => one !== '').join(' · ');
  return (
    <>
      {record.messages.length > 0 ? <Conversation messages={record.messages} /> : null}
      {record.text === '' ? null : <p className="text">{record.text}</p>}
      {record.completion === '' ? null : <div className="conversation"><div className="turn assistant">{record.completion}</div></div>}
      {record.answers.length === 0 ? null : (
        <ol className="ranked">
          {record.answers.map((answer, i) => (
            <li key={i}>
              <span className="rank">{answer.rank + 1}</span>
              <span className="text">{answer.text}</span>
              <small className="quiet">{[answer.rating > 0 ? `${answer.rating}/7` : '', ...answer.flags, answer.model].filter((one) => one !== '').join(' · ')}</small>
            </li>
          ))}
        </ol>
      )}
      {about === '' ? null : <small className="quiet">{about}</small>}
    </>
  );
}
