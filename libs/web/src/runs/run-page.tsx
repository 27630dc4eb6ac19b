import { useMemo, useState } from 'react';
import { getJson, postJson, type ErrorView, type RunDetail, type StageView } from '../api.ts';
import { formatTime } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Loading, PageHead, Problem, StatusTag, usePolled } from '../ui.tsx';
import { Curves } from './curves.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { Files } from './files.tsx';
import { Figures } from './figures.tsx';
import { ForkDialog } from './fork-dialog.tsx';
import { nodesOf, Pipeline } from './pipeline.tsx';
import { Report } from './report.tsx';
import { LogView } from './log-view.tsx';
import { Overlays } from './overlays.tsx';
import { noHistory, type History } from './run-events.ts';
import { specText } from './spec-document.ts';
import { useRunEvents } from './use-run-events.ts';
import { addressOfView, readView, tabs, type Tab, type View } from './view.ts';

/** One run: its pipeline, live, and under it what one stage tells. How it is looked at stands in the address, as `query`. */
export function RunPage({ id, query }: { id: string; query: string }) {
  const { value: run, error, reload } = usePolled((signal) => getJson<RunDetail>(`/api/runs/${encodeURIComponent(id)}`, signal), 5000, id);
  const view = useMemo(() => readView(id, query), [id, query]);
  const { overlays } = view;
  const { histories, problem: unheard } = useRunEvents([id, ...overlays], (news) => { if (news === id) reload(); });
  const history = histories.get(id) ?? noHistory;
  const [dialog, setDialog] = useState<'fork' | 'delete'>();
  const { problem, once } = useAct();
  if (run === undefined) return <div className="page"><PageHead title={id} note={<a href="#/runs">← {t('Runs')}</a>} /><Problem text={error} /><Loading unless={error} /></div>;
  const stages = run.stages.map((stage) => withLive(stage, history));
  const byName = Object.fromEntries(stages.map((stage) => [stage.stage, stage]));
  const chosen = stages.find((stage) => stage.stage === view.stage);
  const selected = chosen ?? stages.find((stage) => stage.status === 'running') ?? stages.findLast((stage) => (history.points[stage.stage]?.length ?? 0) > 0) ?? stages[0];
  /** Another look at it, from which the browser goes back to this one. Whatever was chosen a moment ago is in the address already. */
  const look = (change: Partial<View>): void => { location.hash = addressOfView(id, { ...readView(id, location.hash.split('?')[1] ?? ''), ...change }); };
  // The stage that is shown without having been chosen is another one soon: who gets the address is to see this one.
  const chooser = selected === undefined ? null : <Overlays run={run} stage={selected} overlays={overlays} onOverlays={(next) => look({ overlays: next, stage: selected.stage })} />;
  const ofOne = chosen === undefined ? null : <div className="toolbar"><h2>{chosen.stage}</h2><span className="grow" /><button type="button" onClick={() => look({ stage: '' })}>{t('All stages')}</button></div>;
  const send = async (what: 'cancel' | 'resume'): Promise<void> => {
    await postJson(`/api/runs/${id}/${what}`);
    announce(what === 'cancel' ? t('cancelled') : t('running'));
    reload();
  };
  const waitsForPeople = stages.some((stage) => stage.kind === 'rank' && stage.status === 'running' && run.spec.stages?.[stage.stage]?.settings?.['labelers'] === 'human');
  const hasReport = stages.some((stage) => stage.outputs.some((output) => output.kind === 'report'));
  const shown = tabs.filter((name) => name !== 'Report' || hasReport);
  const tab = shown.includes(view.tab) ? view.tab : 'Curves';
  const talks = stages.some((stage) => stage.kind !== 'pretrain' && stage.outputs.some((output) => output.kind === 'model'));
  return (
    <div className="page">
      <PageHead title={run.id} note={<><StatusTag status={run.status} /> {formatTime(run.createdAt)}{run.forkedFrom === null ? null : <> · <a href={`#/runs/${run.forkedFrom}`}>{t('forked from {run}', { run: run.forkedFrom })}</a></>}</>}>
        {talks ? <a className="button" href={`#/chat/${run.id}`}>{t('Chat')}</a> : null}
        {may('change') && run.status === 'running' ? <button type="button" onClick={() => void once(() => send('cancel'))}>{t('Cancel')}</button> : null}
        {may('change') && (run.status === 'failed' || run.status === 'cancelled') ? <button type="button" className="primary" onClick={() => void once(() => send('resume'))}>{t('Resume')}</button> : null}
        {may('change') ? <button type="button" onClick={() => setDialog('fork')}>{t('Fork')}</button> : null}
        {may('change') && run.status !== 'running' ? <button type="button" onClick={() => setDialog('delete')}>{t('Delete')}</button> : null}
      </PageHead>
      <Problem text={problem || error || unheard} />
      {waitsForPeople ? <p className="notice"><span>{t('This run waits for rankings by people.')}</span> {may('label') ? <a className="button primary" href="#/label">{t('Rank answers')}</a> : null}</p> : null}
      <Errors run={run} />
      <Pipeline nodes={nodesOf(stages, run.spec)} stages={byName} selected={selected?.stage} onSelect={(stage) => look({ stage })} />
      <div className="tabs" role="tablist" aria-label={t('About the run')}>
        {shown.map((name) => (
          <button key={name} type="button" role="tab" id={`tab-${name}`} aria-controls="tab-panel" aria-selected={tab === name} tabIndex={tab === name ? 0 : -1} onClick={() => look({ tab: name })}
            onKeyDown={(event) => moveTab(event, name, shown, (next) => look({ tab: next }))}>{t(name)}</button>
        ))}
      </div>
      <section id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0} className="panel">
        {tab === 'Curves' && selected ? <Curves id={id} stage={selected} histories={histories} overlays={overlays}>{chooser}</Curves> : null}
        {tab === 'Samples' ? <>{ofOne}<Samples history={history} stage={chosen?.stage ?? ''} /></> : null}
        {tab === 'Figures' && selected ? <Figures run={run} stage={selected} overlays={overlays}>{chooser}</Figures> : null}
        {tab === 'Log' ? <>{ofOne}<LogView id={id} history={history} stage={chosen?.stage ?? ''} /></> : null}
        {tab === 'Report' ? <Report id={id} /> : null}
        {tab === 'Files' ? <Files run={run} /> : null}
        {tab === 'Spec' ? <><pre className="card code" tabIndex={0}>{specText(run.spec)}</pre>{may('change') ? <p><a className="button" href={`#/runs/new/${id}`}>{t('New run from this spec')}</a></p> : null}</> : null}
      </section>
      {dialog === 'fork' ? <ForkDialog run={run} onClose={() => setDialog(undefined)} /> : null}
      {dialog === 'delete' ? <DeleteDialog run={run} onClose={() => setDialog(undefined)} /> : null}
    </div>
  );
}

function moveTab(event: React.KeyboardEvent, name: Tab, shown: readonly Tab[], onTab: (tab: Tab) => void): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const next = shown[(shown.indexOf(name) + step + shown.length) % shown.length];
  if (step === 0 || next === undefined) return;
  onTab(next);
  document.getElementById(`tab-${next}`)?.focus();
}

/** A stage as the events of the last moment tell it; the record is a little behind. */
function withLive(stage: StageView, history: History): StageView {
  const live = history.live[stage.stage];
  return stage.status !== 'running' || live === undefined || live.step < stage.step ? stage : { ...stage, step: live.step, totalSteps: live.totalSteps || stage.totalSteps };
}

function Errors({ run }: { run: RunDetail }) {
  const errors = [run.error, ...run.stages.map((stage) => stage.error)].filter((error): error is ErrorView => error !== null);
  const told = [...new Map(errors.map((error) => [error.message, error])).values()];
  return told.map((error) => <p key={error.message} className="problem" role="alert"><b>{error.code}</b> {error.message} <span className="quiet">{error.hint}</span></p>);
}

function Samples({ history, stage }: { history: History; stage: string }) {
  const samples = history.samples.filter((sample) => stage === '' || sample.stage === stage);
  if (samples.length === 0) return <p className="quiet">{t('No samples yet.')}</p>;
  return <ol className="samples">{samples.map((sample, i) => <li key={i} className="card"><small className="quiet">{sample.stage} · {t('step')} {sample.step}</small><p className="text" dir="auto">{sample.text}</p></li>)}</ol>;
}
