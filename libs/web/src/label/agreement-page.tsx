import { useState } from 'react';
import { getJson } from '../api.ts';
import { addressOfRecords } from '../data/records-view.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { may } from '../people/session.ts';
import { useNames } from '../people/use-names.ts';
import { t } from '../preferences.ts';
import { Empty, Loading, PageHead, Problem, usePolled } from '../ui.tsx';

type Score = { value: number; count: number } | null;
interface Report {
  alpha: Score;
  tau: Score;
  labelers: { labeler: string; done: number; skipped: number; changed: number; medianMs: Score; tau: Score; alpha: Score; gold: Score }[];
  runs: string[];
  tasks: { task: string; run: string; prompt: string; labelers: number; tau: Score; alpha: Score }[];
  notes: { labeler: string; run: string; prompt: string; note: string; gold: boolean; skipped: boolean }[];
  skipped: { run: string; prompt: string; reasons: { reason: string; count: number }[]; open: boolean }[];
}

/** Where rankings are stored, to be looked at. */
const collection = 'feedback';

const show = (score: Score): string => (score === null ? '–' : score.value.toFixed(2));
const percent = (score: Score): string => (score === null ? '–' : `${Math.round(score.value * 100)} %`);

/** How labelers do, and how well they agree. */
export function AgreementPage() {
  const [run, setRun] = useState('');
  const { value, error } = usePolled((signal) => getJson<Report>(`/api/label/agreement${run === '' ? '' : `?run=${encodeURIComponent(run)}`}`, signal), 10_000, run);
  const { value: all, error: allError } = usePolled((signal) => getJson<Report>('/api/label/agreement', signal), 60_000);
  const runs = all?.runs ?? [];
  return (
    <div className="page">
      <PageHead title={t('Agreement')} note={may('label') ? <a href="#/label">← {t('Label')}</a> : <a href="#/runs">← {t('Runs')}</a>}>
        {runs.length > 1 ? <select aria-label={t('Run')} value={run} onChange={(event) => setRun(event.target.value)}><option value="">{t('All runs')}</option>{runs.map((one) => <option key={one}>{one}</option>)}</select> : null}
      </PageHead>
      <Problem text={error || allError} />
      {value === undefined ? <Loading unless={error} /> : null}
      {value?.labelers.length === 0 ? (
        <Empty title={t('Nobody has ranked anything yet')}>
          <p className="quiet">{t('Agreement can be told when several labelers rank the same answers: set labelersPerTask in the rank stage of a run.')}</p>
          <p className="actions">{may('label') ? <a className="button" href="#/label">{t('Rank answers')}</a> : null} {may('change') ? <a className="button" href="#/runs/new">{t('New run')}</a> : <a className="button" href="#/runs">{t('Look at the runs')}</a>}</p>
        </Empty>
      ) : null}
      {value !== undefined && value.labelers.length > 0 ? <Figures report={value} /> : null}
    </div>
  );
}

function Figures({ report }: { report: Report }) {
  const { nameOf } = useNames();
  return (
    <>
      <dl className="figures">
        <div className="card"><dt>{t('Krippendorff’s alpha')}</dt><dd>{show(report.alpha)}</dd><dd className="about-figure quiet">{t('over {n} answers; 1 is perfect, 0 is chance', { n: formatNumber(report.alpha?.count ?? 0) })}</dd></div>
        <div className="card"><dt>{t('Kendall’s tau')}</dt><dd>{show(report.tau)}</dd><dd className="about-figure quiet">{t('mean of {n} pairs of rankings; 1 is the same order, -1 the reverse', { n: formatNumber(report.tau?.count ?? 0) })}</dd></div>
      </dl>
      <section aria-labelledby="labelers" className="panel">
        <h2 id="labelers">{t('Labelers')}</h2>
        <div className="scroll" tabIndex={0} role="region" aria-labelledby="labelers">
          <table>
            <thead><tr>{['Labeler', 'Done', 'Skipped', 'Changed', 'Median time', 'Tau with the others', 'Alpha', 'Gold questions'].map((head, i) => <th key={head} scope="col" className={i === 0 ? '' : 'number'}>{t(head)}</th>)}</tr></thead>
            <tbody>
              {report.labelers.map((one) => (
                <tr key={one.labeler}>
                  <th scope="row"><a href={addressOfRecords(collection, { type: 'comparisons', labeler: one.labeler })}>{nameOf(one.labeler)}</a></th>
                  <td className="number">{formatNumber(one.done)}</td>
                  <td className="number">{formatNumber(one.skipped)}</td>
                  <td className="number">{formatNumber(one.changed)}</td>
                  <td className="number">{one.medianMs === null ? '–' : formatDuration(one.medianMs.value)}</td>
                  <td className="number">{show(one.tau)}</td>
                  <td className="number">{show(one.alpha)}</td>
                  <td className="number">{percent(one.gold)}{one.gold === null ? null : <small className="quiet"> ({one.gold.count})</small>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
      {report.tasks.length === 0 ? <p className="quiet">{t('No answers were ranked by several labelers yet.')}</p> : (
        <section aria-labelledby="tasks" className="panel">
          <h2 id="tasks">{t('Tasks, those with the least agreement first')}</h2>
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="tasks">
            <table>
              <thead><tr>{['Prompt', 'Run', 'Labelers', 'Tau', 'Alpha'].map((head, i) => <th key={head} scope="col" className={i < 2 ? '' : 'number'}>{t(head)}</th>)}</tr></thead>
              <tbody>{report.tasks.map((one) => <tr key={one.task}><td dir="auto"><a href={addressOfRecords(collection, { type: 'comparisons', search: one.prompt.trim() })}>{one.prompt}</a></td><td>{one.run}</td><td className="number">{one.labelers}</td><td className="number">{show(one.tau)}</td><td className="number">{show(one.alpha)}</td></tr>)}</tbody>
            </table>
          </div>
        </section>
      )}
      {report.skipped.length === 0 ? null : (
        <section aria-labelledby="skipped" className="panel">
          <h2 id="skipped">{t('Skipped tasks')}</h2>
          <p className="quiet">{t('One that is still open is given to whoever has not skipped it. With nobody left its run may wait for it in vain.')}</p>
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="skipped">
            <table>
              <thead><tr>{['Prompt', 'Why', 'Run'].map((head) => <th key={head} scope="col">{t(head)}</th>)}</tr></thead>
              <tbody>
                {report.skipped.map((one, i) => (
                  <tr key={i}>
                    <td dir="auto">{one.prompt}</td>
                    <td>{one.reasons.map(({ reason, count }) => <div key={reason}>{reason === '' ? t('(no reason)') : t(reason)}{count > 1 ? ` × ${count}` : ''}</div>)}</td>
                    <td>{one.run}{one.open ? <small className="quiet"> {t('still open')}</small> : null}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {report.notes.length === 0 ? null : (
        <section aria-labelledby="notes" className="panel">
          <h2 id="notes">{t('Notes, the latest first')}</h2>
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="notes">
            <table>
              <thead><tr>{['Note', 'Labeler', 'Prompt', 'Run'].map((head) => <th key={head} scope="col">{t(head)}</th>)}</tr></thead>
              <tbody>
                {report.notes.map((one, i) => (
                  <tr key={i}>
                    <td dir="auto" className="note">{one.note}</td>
                    <td>{nameOf(one.labeler)}</td>
                    <td dir="auto">{one.gold || one.skipped ? one.prompt : <a href={addressOfRecords(collection, { type: 'comparisons', labeler: one.labeler, search: one.prompt.trim() })}>{one.prompt}</a>}</td>
                    <td>{one.run}{one.gold ? <small className="quiet"> {t('gold question')}</small> : null}{one.skipped ? <small className="quiet"> {t('skipped')}</small> : null}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </>
  );
}
