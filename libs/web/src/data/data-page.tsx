import { getJson, type Collection } from '../api.ts';
import { formatNumber } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { PageHead, Problem, usePolled } from '../ui.tsx';
import { Browse } from './browse.tsx';
import { ForgetCard } from './forget-card.tsx';
import { ImportCard } from './import-card.tsx';

const kinds = ['prompts', 'demonstrations', 'comparisons', 'texts'] as const;

export function DataPage({ collection }: { collection: string }) {
  const { value, error, reload } = usePolled((signal) => getJson<{ collections: Collection[] }>('/api/data/collections', signal), 5000);
  const collections = value?.collections ?? [];
  if (collection !== '') return <Browse key={collection} name={collection} counts={collections.find((one) => one.name === collection)} />;
  return (
    <div className="page">
      <PageHead title={t('Data')} note={t('Prompts, demonstrations and rankings, by collection. What people submit goes to feedback.')} />
      <Problem text={error} />
      {may('change') ? <ImportCard onDone={reload} /> : null}
      <ul className="list">
        {collections.map((one) => (
          <li key={one.name}>
            <a className="card row" href={`#/data/${one.name}`}>
              <strong className="row-main">{one.name}</strong>
              <span className="counts">{kinds.map((kind) => <span key={kind} className={one[kind] === 0 ? 'none' : ''}><b>{formatNumber(one[kind])}</b> {t(kind)}</span>)}</span>
            </a>
          </li>
        ))}
      </ul>
      {value !== undefined && collections.every((one) => kinds.every((kind) => one[kind] === 0)) ? <p className="quiet">{t('Nothing is stored yet: drop a file above, or')} <a href="#/">{t('start the quickstart')}</a>.</p> : null}
      {may('change') ? <ForgetCard onDone={reload} /> : null}
    </div>
  );
}
