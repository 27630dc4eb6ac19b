import { useState } from 'react';
import { getJson, type RunView } from '../api.ts';
import { formatTime } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { Empty, Loading, PageHead, Problem, StatusTag, usePolled } from '../ui.tsx';

/** So many of the latest are asked for; all that can be when that is not enough, which is much to load again and again. */
const usual = 100;

export function RunsPage() {
  const [all, setAll] = useState(false);
  const [typed, setTyped] = useState('');
  const { value, error } = usePolled((signal) => getJson<{ runs: RunView[] }>(all ? '/api/runs?limit=1000' : '/api/runs', signal), all ? 15_000 : 3000);
  const runs = value?.runs;
  const search = typed.trim().toLowerCase();
  const found = search === '' ? runs : runs?.filter(({ id }) => id.includes(search));
  const showAll = (): void => setAll(true);
  return (
    <div className="page">
      <PageHead title={t('Runs')} note={t('Each run takes data through every stage to a model of its own.')}>
        {may('change') ? <a className="button primary" href="#/runs/new">{t('New run')}</a> : null}
      </PageHead>
      <Problem text={error} />
      {runs === undefined ? <Loading unless={error} /> : null}
      {runs === undefined || runs.length < 10 ? null : (
        <div className="toolbar"><span className="grow" /><input type="search" aria-label={t('Search')} placeholder={t('Search')} value={typed} onChange={(event) => { setTyped(event.target.value); if (!all) showAll(); }} /></div>
      )}
      {runs?.length === 0 ? (
        <Empty title={t('No runs yet')}>
          <p className="quiet">{may('change') ? t('Start one from an example, or import data of your own first.') : t('An admin starts runs. They are shown here from their first minute on.')}</p>
          <p className="actions">{may('change') ? <a className="button" href="#/runs/new">{t('New run')}</a> : null} <a className="button" href="#/data">{may('change') ? t('Import your data') : t('Look at the data')}</a></p>
        </Empty>
      ) : null}
      <ul className="list">
        {found?.map((run) => <li key={run.id}><RunRow run={run} /></li>)}
      </ul>
      <div aria-live="polite">{found?.length === 0 && search !== '' ? <p className="quiet">{t('Nothing found.')}</p> : null}</div>
      {!all && runs?.length === usual ? <div className="pager"><button type="button" onClick={showAll}>{t('Show all')}</button></div> : null}
    </div>
  );
}

function RunRow({ run }: { run: RunView }) {
  const done = run.stages.filter((stage) => stage.status === 'completed').length;
  const now = run.stages.find((stage) => stage.status === 'running') ?? run.stages.find((stage) => stage.status === 'failed');
  return (
    <a className="card row" href={`#/runs/${run.id}`}>
      <span className="row-main">
        <strong>{run.id}</strong>
        <small className="quiet">{formatTime(run.createdAt)}{run.forkedFrom === null ? '' : ` · ${t('forked from {run}', { run: run.forkedFrom })}`}</small>
      </span>
      <span className="beads" role="img" aria-label={t('{done} of {all} stages done', { done, all: run.stages.length })}>
        {run.stages.map((stage) => <i key={stage.stage} className={stage.status} title={`${stage.stage}: ${t(stage.status)}`} />)}
      </span>
      <span className="quiet row-now">{now?.stage ?? ''}</span>
      <StatusTag status={run.status} />
    </a>
  );
}
