import { useMemo } from 'react';
import { getJson, type RunDetail, type RunView, type StageView } from '../api.ts';
import { t } from '../preferences.ts';
import { Problem, usePolled } from '../ui.tsx';
import { ChartView } from './chart.tsx';
import type { History } from './run-events.ts';
import { chartsOf } from './series.ts';

/** Other runs that can be laid over one; see useRunEvents. */
export const overlaysMost = 3;

interface CurvesProps {
  run: RunDetail;
  stage: StageView;
  histories: Readonly<Record<string, History>>;
  overlays: readonly string[];
  onOverlays: (ids: string[]) => void;
}

/** The curves of a stage, live, and those of the same stage of other runs over them. */
export function Curves({ run, stage, histories, overlays, onOverlays }: CurvesProps) {
  const { value, error } = usePolled((signal) => getJson<{ runs: RunView[] }>('/api/runs', signal), 60_000);
  const history = histories[run.id];
  const drawn = useMemo(
    () => chartsOf(history?.points[stage.stage] ?? [], overlays.map((id) => ({ name: id, points: histories[id]?.points[stage.stage] ?? [] }))),
    [history, histories, stage.stage, overlays],
  );
  const others = value?.runs.filter((one) => one.id !== run.id && one.stages.some((two) => two.stage === stage.stage)) ?? [];
  const message = history?.live[stage.stage]?.message ?? '';
  return (
    <>
      <div className="toolbar">
        <h2>{stage.stage}</h2>
        <span className="quiet">{stage.status === 'running' ? message : t(stage.status)}</span>
        <span className="grow" />
        {overlays.map((id) => <button key={id} type="button" className="chip" aria-pressed="true" aria-label={t('Without {model}', { model: id })} onClick={() => onOverlays(overlays.filter((one) => one !== id))}>{id} ×</button>)}
        {others.every((one) => overlays.includes(one.id)) || overlays.length >= overlaysMost ? null : (
          <select aria-label={t('Lay another run over it')} value="" onChange={(event) => onOverlays([...overlays, event.target.value])}>
            <option value="">{t('Lay another run over it')}</option>
            {others.filter((one) => !overlays.includes(one.id)).map((one) => <option key={one.id}>{one.id}</option>)}
          </select>
        )}
      </div>
      <Problem text={error} />
      {drawn.length === 0 ? <p className="quiet">{t('This stage has told no figures over time.')}</p> : <div className="charts">{drawn.map((chart) => <ChartView key={chart.title} chart={chart} />)}</div>}
    </>
  );
}
