import type { ReactNode } from 'react';
import { getJson, RequestError, type RunDetail, type StageView } from '../api.ts';
import { formatDuration, formatNumber } from '../format.ts';
import { t } from '../preferences.ts';
import { Problem, usePolled } from '../ui.tsx';
import { useExplanations } from './use-explanations.tsx';
import { valuesOf } from './values.ts';

interface FiguresProps {
  run: RunDetail;
  stage: StageView;
  /** Other runs, whose figures stand beside. */
  overlays: readonly string[];
  /** What chooses them. */
  children: ReactNode;
}

/** What a stage came to, and what it was set to where other runs stand beside and it was set to something else there. */
export function Figures({ run, stage, overlays, children }: FiguresProps) {
  const { value, error } = usePolled((signal) => Promise.all(overlays.map((id) => findRun(id, signal))), 10_000, overlays.join());
  const others = value?.flatMap((one) => (typeof one === 'string' ? [] : [one])) ?? [];
  const missing = value?.filter((one) => typeof one === 'string') ?? [];
  const { explain, chooser } = useExplanations(stage.kind);
  const columns = [run, ...others].map((one) => {
    const asked = one.spec.stages?.[stage.stage];
    return {
      id: one.id,
      metrics: (one === run ? stage : one.stages.find(({ stage: name }) => name === stage.stage))?.metrics ?? {},
      settings: valuesOf({ seed: one.spec.seed, plugin: asked?.plugin, ...asked?.settings }),
    };
  });
  const namesOf = (kind: 'metrics' | 'settings'): string[] => [...new Set(columns.flatMap((column) => Object.keys(column[kind])))].toSorted((a, b) => a.localeCompare(b));
  const metrics = namesOf('metrics');
  const differing = namesOf('settings').filter((name) => new Set(columns.map(({ settings }) => settings[name])).size > 1);
  return (
    <>
      <div className="toolbar">
        <h2>{stage.stage}</h2>
        <span className="quiet">{stage.startedAt > 0 ? formatDuration((stage.finishedAt || Date.now()) - stage.startedAt) : ''}</span>
        <span className="grow" />
        {metrics.length === 0 ? null : chooser}
        {children}
      </div>
      <Problem text={[error, ...missing].filter(Boolean).join('\n')} />
      {metrics.length === 0 ? <p className="quiet">{t('No figures yet.')}</p> : null}
      {metrics.length === 0 && differing.length === 0 ? null : (
        <div className="scroll" tabIndex={0} role="region" aria-label={t('Figures')}>
          <table>
            {columns.length === 1 ? null : <thead><tr><td />{columns.map(({ id }) => <th key={id} scope="col" className="number">{id}</th>)}</tr></thead>}
            <tbody>
              {differing.map((name) => <tr key={`set ${name}`}><th scope="row">{t('set: {name}', { name })}</th>{columns.map(({ id, settings }) => <td key={id} className="number">{settings[name] ?? t('(default)')}</td>)}</tr>)}
              {metrics.map((name) => <tr key={name}><th scope="row">{name}{explain(name) === undefined ? null : <small className="quiet">{explain(name)}</small>}</th>{columns.map(({ id, metrics: of }) => <td key={id} className="number">{of[name] === undefined ? '–' : formatNumber(of[name], 5)}</td>)}</tr>)}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** A run, or why it is none: one of several that was deleted takes nothing from the others. */
async function findRun(id: string, signal: AbortSignal): Promise<RunDetail | string> {
  return getJson<RunDetail>(`/api/runs/${encodeURIComponent(id)}`, signal).catch((error: unknown) => {
    if (error instanceof RequestError && error.status === 404) return error.message;
    throw error;
  });
}
