import { getJson, type Collection } from '../api.ts';
import { formatNumber } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { Empty, Loading, PageHead, Problem, usePolled } from '../ui.tsx';
import { Browse } from './browse.tsx';
import { ForgetCard } from './forget-card.tsx';
import { ImportCard } from './import-card.tsx';
import { isEmpty, recordTypes } from './record-types.ts';

export function DataPage({ collection, query }: { collection: string; query: string }) {
  const { value, error, reload } = usePolled((signal) => getJson<{ collections: Collection[] }>('/api/data/collections', signal), 5000);
  const collections = value?.collections ?? [];
  const named = collections.find((one) => one.name === collection);
  if (named !== undefined) return <Browse key={collection} name={collection} counts={named} query={query} />;
  if (collection !== '') {
    return (
      <div className="page">
        <PageHead title={collection} note={<a href="#/data">← {t('All data')}</a>} />
        <Problem text={error} />
        {value === undefined ? <Loading unless={error} /> : (
          <Empty title={t('There is no collection of this name')}>
            <p className="quiet">{t('Look at those that there are, or import it.')}</p>
            <a className="button" href="#/data">{t('All data')}</a>
          </Empty>
        )}
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead title={t('Data')} note={t('Prompts, demonstrations and rankings, by collection. What people submit goes to feedback.')} />
      <Problem text={error} />
      {value === undefined ? <Loading unless={error} /> : null}
      {may('change') ? <ImportCard onDone={reload} /> : null}
      <ul className="list">
        {collections.map((one) => (
          <li key={one.name}>
            <a className="card row" href={`#/data/${one.name}`}>
              <strong className="row-main">{one.name}</strong>
              <span className="counts">{recordTypes.map((kind) => <span key={kind} className={one[kind] === 0 ? 'none' : ''}><b>{formatNumber(one[kind])}</b> {t(kind)}</span>)}</span>
            </a>
          </li>
        ))}
      </ul>
      {value !== undefined && collections.every(isEmpty) ? (
        <Empty title={t('Nothing is stored yet')}>
          <p className="quiet">{may('change') ? t('Drop a file above. The quickstart needs none: it makes its own data.') : t('An admin imports data. What people submit comes here by itself.')}</p>
          {may('change') ? <a className="button" href="#/runs/new">{t('New run')}</a> : <a className="button" href="#/runs">{t('Look at the runs')}</a>}
        </Empty>
      ) : null}
      {may('change') ? <ForgetCard onDone={reload} /> : null}
    </div>
  );
}
