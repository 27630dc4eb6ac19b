import { useEffect, useState } from 'react';
import { getJson, type Collection, type StoredRecord } from '../api.ts';
import { formatNumber } from '../format.ts';
import { may } from '../people/session.ts';
import { useNames } from '../people/use-names.ts';
import { t } from '../preferences.ts';
import { Empty, Loading, messageOf, PageHead, Pager, Problem } from '../ui.tsx';
import { DecisionBar } from './decisions.tsx';
import { DeleteCollection } from './delete-collection.tsx';
import { exportFormats, ExportLink, type ExportFormat } from './export-link.tsx';
import { recordTypes, type RecordType } from './record-types.ts';
import { RecordView } from './record-view.tsx';
import { addressOfRecords, readRecordsView, type RecordsView } from './records-view.ts';
import { SearchField } from './search-field.tsx';

/** The records of a collection, a page at a time; which, `query` tells. */
export function Browse({ name, counts, query }: { name: string; counts: Collection; query: string }) {
  const view = readRecordsView(query);
  const { search, labeler, decision } = view;
  const { nameOf, idOf } = useNames();
  const [round, setRound] = useState(0);
  const [turned, setTurned] = useState<{ query: string; pages: string[] }>();
  const pages = turned?.query === query ? turned.pages : [''];
  const [shown, setShown] = useState<{ of: string; type: RecordType; records: StoredRecord[]; next: string }>();
  const [problem, setProblem] = useState('');
  // The first that there is anything of, told people's answers before the prompts themselves. What is being read
  // stays when more comes in.
  const read = shown !== undefined && shown.records.length > 0 ? shown.type : undefined;
  const type = view.type ?? read ?? (['comparisons', 'demonstrations', 'prompts', 'texts'] as const).find((one) => counts[one] > 0) ?? 'prompts';
  const records = shown?.type === type ? shown.records : undefined;
  const after = pages.at(-1) ?? '';
  const asked = new URLSearchParams({ type, search, labeler, decision, after }).toString();
  const isLate = problem === '' && shown?.of !== asked;
  const isFiltered = search !== '' || labeler !== '' || decision !== '';
  /** What is typed is no step to go back to. */
  const look = (change: Partial<RecordsView>, typed = false): void => {
    const address = addressOfRecords(name, { ...readRecordsView(location.hash.split('?')[1] ?? ''), ...change });
    if (typed) location.replace(address);
    else location.hash = address;
  };
  useEffect(() => {
    const controller = new AbortController();
    // A long search ends before it has found anything: it goes on from there.
    const pageBehind = async (place: string): Promise<{ records: StoredRecord[]; next: string }> => {
      const of = new URLSearchParams(asked);
      of.set('after', place);
      const page = await getJson<{ records: StoredRecord[]; next: string }>(`/api/data/collections/${name}/records?${of}`, controller.signal);
      return page.records.length === 0 && page.next !== '' ? pageBehind(page.next) : page;
    };
    setProblem('');
    pageBehind(after).then(
      (page) => setShown({ of: asked, type, ...page }),
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
  }, [name, asked, type, after, round]);
  return (
    <div className="page">
      <PageHead title={name} note={<a href="#/data">← {t('All data')}</a>}><Exports name={name} type={type} />{may('change') && name !== 'feedback' ? <DeleteCollection name={name} /> : null}</PageHead>
      <div className="toolbar">
        <div className="segments" role="group" aria-label={t('Kind')}>
          {recordTypes.map((one) => <button key={one} type="button" aria-pressed={type === one} onClick={() => look({ type: one })}>{t(one)} <small className="quiet">{formatNumber(counts[one])}</small></button>)}
        </div>
        <span className="grow" />
        <div className="toolbar">
          {type === 'demonstrations' || type === 'comparisons' ? <SearchField size={12} label={t('Labeler')} value={nameOf(labeler)} onSearch={(text) => look({ labeler: idOf(text) }, true)} /> : null}
          <SearchField label={t('Search')} value={search} onSearch={(text) => look({ search: text }, true)} />
        </div>
      </div>
      {type === 'texts' ? null : <DecisionBar name={name} chosen={decision} onChoose={(next) => look({ decision: next })} onApplied={() => setRound(round + 1)} />}
      <Problem text={problem} />
      <div aria-live="polite">
        {isLate ? <Loading text={isFiltered ? t('Searching…') : undefined} /> : records?.length !== 0 ? null : !isFiltered ? (
          <Empty title={t('Nothing of this kind yet')}>
            <p className="quiet">{name === 'feedback' ? t('What people rank, write and rate comes here.') : t('This collection holds what was imported into it.')}</p>
            <a className="button" href="#/data">{may('change') ? t('Import your data') : t('All data')}</a>
          </Empty>
        ) : (
          <Empty title={t('Nothing found.')}>
            <p className="quiet">{t('No record fits what is searched for and chosen above.')}</p>
            <button type="button" onClick={() => look({ search: '', labeler: '', decision: '' })}>{t('Show all')}</button>
          </Empty>
        )}
      </div>
      <ul className="list records" aria-busy={isLate}>{records?.map((record, i) => <li key={`${record.id} ${i}`} className="card"><RecordView record={{ ...record, labeler: nameOf(record.labeler), user: nameOf(record.user) }} /></li>)}</ul>
      {/* Who clicks twice turns one page: what follows the next is not known yet. */}
      <Pager pages={pages} next={records === undefined ? '' : shown?.next} onTurn={(next) => { if (!isLate || next.length < pages.length) setTurned({ query, pages: next }); }} />
    </div>
  );
}

/** Comparisons are saved as what they are, or as pairs. */
function Exports({ name, type }: { name: string; type: RecordType }) {
  const [format, setFormat] = useState<ExportFormat>('jsonl');
  return (
    <>
      {(type === 'comparisons' ? [type, 'preferences'] : [type]).map((one) => <ExportLink key={one} name={name} type={one} format={format} />)}
      <select aria-label={t('Export as')} value={format} onChange={(event) => setFormat(event.target.value as ExportFormat)}>{Object.entries(exportFormats).map(([one, called]) => <option key={one} value={one}>{called}</option>)}</select>
    </>
  );
}
