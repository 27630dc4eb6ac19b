import { useState } from 'react';
import { getJson, postJson, type ErrorView, type RunDetail, type StageView } from '../api.ts';
import { formatTime } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, PageHead, Problem, StatusTag, usePolled } from '../ui.tsx';
import { Curves } from './curves.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { Figures } from './figures.tsx';
import { ForkDialog } from './fork-dialog.tsx';
import { nodesOf, Pipeline } from './pipeline.tsx';
import { Report } from './report.tsx';
import { LogView } from './log-view.tsx';
import { Overlays } from './overlays.tsx';
import { noHistory, type History } from './run-events.ts';
import { specText } from './spec-document.ts';
import { useRunEvents } from './use-run-events.ts';

const tabs = ['Curves', 'Samples', 'Figures', 'Log', 'Report', 'Spec'] as const;
type Tab = (typeof tabs)[number];

/** One run: its pipeline, live, and under it what one stage tells. */
export function RunPage({ id }: { id: string }) {
  const { value: run, error, reload } = usePolled((signal) => getJson<RunDetail>(`/api/runs/${encodeURIComponent(id)}`, signal), 5000, id);
  const [overlays, setOverlays] = useState<string[]>([]);
  const { histories, problem: unheard } = useRunEvents([id, ...overlays], (news) => { if (news === id) reload(); });
  const history = histories[id] ?? noHistory;
  const [chosen, setChosen] = useState('');
  const [tab, setTab] = useState<Tab>('Curves');
  const [dialog, setDialog] = useState<'fork' | 'delete'>();
  const { problem, once } = useAct();
  if (run === undefined) return <div className="page"><PageHead title={id} note={<a href="#/runs">← {t('Runs')}</a>} /><Problem text={error} /></div>;
  const stages = run.stages.map((stage) => withLive(stage, history));
  const byName = Object.fromEntries(stages.map((stage) => [stage.stage, stage]));
  const selected = byName[chosen] ?? stages.find((stage) => stage.status === 'running') ?? stages.findLast((stage) => (history.points[stage.stage]?.length ?? 0) > 0) ?? stages[0];
  const chooser = selected === undefined ? null : <Overlays run={run} stage={selected} overlays={overlays} onOverlays={setOverlays} />;
  const send = async (what: 'cancel' | 'resume'): Promise<void> => {
    await postJson(`/api/runs/${id}/${what}`);
    announce(what === 'cancel' ? t('cancelled') : t('running'));
    reload();
  };
  const waitsForPeople = stages.some((stage) => stage.kind === 'rank' && stage.status === 'running' && run.spec.stages?.[stage.stage]?.settings?.['labelers'] === 'human');
  const hasReport = stages.some((stage) => stage.outputs.some((output) => output.kind === 'report'));
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
      <Pipeline nodes={nodesOf(stages, run.spec)} stages={byName} selected={selected?.stage} onSelect={setChosen} />
      <div className="tabs" role="tablist" aria-label={t('About the run')}>
        {tabs.filter((name) => name !== 'Report' || hasReport).map((name) => (
          <button key={name} type="button" role="tab" id={`tab-${name}`} aria-controls="tab-panel" aria-selected={tab === name} tabIndex={tab === name ? 0 : -1} onClick={() => setTab(name)}
            onKeyDown={(event) => moveTab(event, name, hasReport, setTab)}>{t(name)}</button>
        ))}
      </div>
      <section id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`} tabIndex={0} className="panel">
        {tab === 'Curves' && selected ? <Curves id={id} stage={selected} histories={histories} overlays={overlays}>{chooser}</Curves> : null}
        {tab === 'Samples' ? <Samples history={history} stage={chosen} /> : null}
        {tab === 'Figures' && selected ? <Figures run={run} stage={selected} overlays={overlays}>{chooser}</Figures> : null}
        {tab === 'Log' ? <LogView history={history} stage={chosen} /> : null}
        {tab === 'Report' ? <Report id={id} /> : null}
        {tab === 'Spec' ? <><pre className="card code">{specText(run.spec)}</pre>{may('change') ? <p><a className="button" href={`#/runs/new/${id}`}>{t('New run from this spec')}</a></p> : null}</> : null}
      </section>
      {dialog === 'fork' ? <ForkDialog run={run} onClose={() => setDialog(undefined)} /> : null}
      {dialog === 'delete' ? <DeleteDialog run={run} onClose={() => setDialog(undefined)} /> : null}
    </div>
  );
}

function moveTab(event: React.KeyboardEvent, name: Tab, hasReport: boolean, setTab: (tab: Tab) => void): void {
  const shown = tabs.filter((one) => one !== 'Report' || hasReport);
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  const next = shown[(shown.indexOf(name) + step + shown.length) % shown.length];
  if (step === 0 || next === undefined) return;
  setTab(next);
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
