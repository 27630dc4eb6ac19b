import { useEffect, useState } from 'react';
import { getJson, type Collection, type StoredRecord } from '../api.ts';
import { formatNumber } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { Empty, messageOf, PageHead, Pager, Problem } from '../ui.tsx';
import { DecisionBar } from './decisions.tsx';
import { ExportLink } from './export-link.tsx';
import { recordTypes, type RecordType } from './record-types.ts';
import { RecordView } from './record-view.tsx';

const searchAfterMs = 250;

/** The records of a collection, a page at a time. */
export function Browse({ name, counts }: { name: string; counts: Collection }) {
  const [chosen, setType] = useState<RecordType>();
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState({ text: '', labeler: '' });
  const [labeler, setLabeler] = useState('');
  const [decision, setDecision] = useState('');
  const [round, setRound] = useState(0);
  const [pages, setPages] = useState<string[]>(['']);
  const [shown, setShown] = useState<{ type: RecordType; records: StoredRecord[]; next: string }>();
  const [problem, setProblem] = useState('');
  // The first that there is anything of, told people's answers before the prompts themselves. What is being read
  // stays when more comes in.
  const read = shown !== undefined && shown.records.length > 0 ? shown.type : undefined;
  const type = chosen ?? read ?? (['comparisons', 'demonstrations', 'prompts', 'texts'] as const).find((one) => counts[one] > 0) ?? 'prompts';
  const records = shown?.type === type ? shown.records : undefined;
  const after = pages.at(-1) ?? '';
  useEffect(() => {
    const wanted = { text: typed.trim(), labeler: labeler.trim() };
    if (wanted.text === search.text && wanted.labeler === search.labeler) return undefined;
    const timer = setTimeout(() => { setSearch(wanted); setPages(['']); }, searchAfterMs);
    return () => clearTimeout(timer);
  }, [typed, labeler, search]);
  useEffect(() => {
    const controller = new AbortController();
    // A long search ends before it has found anything: it goes on from there.
    const pageBehind = async (place: string): Promise<{ records: StoredRecord[]; next: string }> => {
      const query = new URLSearchParams({ type, search: search.text, labeler: search.labeler, decision, after: place });
      const page = await getJson<{ records: StoredRecord[]; next: string }>(`/api/data/collections/${name}/records?${query}`, controller.signal);
      return page.records.length === 0 && page.next !== '' ? pageBehind(page.next) : page;
    };
    pageBehind(after).then(
      (page) => { setShown({ type, ...page }); setProblem(''); },
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
  }, [name, type, search, decision, after, round]);
  return (
    <div className="page">
      <PageHead title={name} note={<a href="#/data">← {t('All data')}</a>}><ExportLink name={name} type={type} /></PageHead>
      <div className="toolbar">
        <div className="segments" role="group" aria-label={t('Kind')}>
          {recordTypes.map((one) => <button key={one} type="button" aria-pressed={type === one} onClick={() => { setType(one); setPages(['']); }}>{t(one)} <small className="quiet">{formatNumber(counts[one])}</small></button>)}
        </div>
        <span className="grow" />
        {type === 'demonstrations' || type === 'comparisons' ? <input type="search" size={12} aria-label={t('Labeler')} placeholder={t('Labeler')} value={labeler} onChange={(event) => setLabeler(event.target.value)} /> : null}
        <input type="search" dir="auto" aria-label={t('Search')} placeholder={t('Search')} value={typed} onChange={(event) => setTyped(event.target.value)} />
      </div>
      {type === 'texts' ? null : <DecisionBar name={name} chosen={decision} onChoose={(next) => { setDecision(next); setPages(['']); }} onApplied={() => setRound(round + 1)} />}
      <Problem text={problem} />
      <div aria-live="polite">
        {records?.length !== 0 ? null : search.text === '' && search.labeler === '' && decision === '' ? (
          <Empty title={t('Nothing of this kind yet')}>
            <p className="quiet">{name === 'feedback' ? t('What people rank, write and rate comes here.') : t('This collection holds what was imported into it.')}</p>
            <a className="button" href="#/data">{may('change') ? t('Import your data') : t('All data')}</a>
          </Empty>
        ) : (
          <Empty title={t('Nothing found.')}>
            <p className="quiet">{t('No record fits what is searched for and chosen above.')}</p>
            <button type="button" onClick={() => { setTyped(''); setLabeler(''); setDecision(''); }}>{t('Show all')}</button>
          </Empty>
        )}
      </div>
      <ul className="list records">{records?.map((record, i) => <li key={`${record.id} ${i}`} className="card"><RecordView record={record} /></li>)}</ul>
      <Pager pages={pages} next={records === undefined ? '' : shown?.next} onTurn={setPages} />
    </div>
  );
}
