import { useMemo, useState, type ReactNode } from 'react';
import type { StageView } from '../api.ts';
import { t } from '../preferences.ts';
import { ChartView } from './chart.tsx';
import { chartsOf, otherCharts, type OtherRun } from './series.ts';
import type { Histories } from './use-run-events.ts';

interface CurvesProps {
  id: string;
  stage: StageView;
  histories: Histories;
  overlays: readonly string[];
  /** What chooses the overlays. */
  children: ReactNode;
}

/** The curves of a stage, live, and those of the same stage of other runs over them. */
export function Curves({ id, stage, histories, overlays, children }: CurvesProps) {
  const history = histories.get(id);
  const points = history?.points[stage.stage];
  const others = useMemo(() => overlays.map((name): OtherRun => ({ name, points: histories.get(name)?.points[stage.stage] ?? [] })), [histories, stage.stage, overlays]);
  const drawn = useMemo(() => chartsOf(points ?? [], others), [points, others]);
  const rest = useMemo(() => otherCharts(points ?? []), [points]);
  const [all, setAll] = useState(false);
  const message = history?.live[stage.stage]?.message ?? '';
  return (
    <>
      <div className="toolbar">
        <h2>{stage.stage}</h2>
        <span className="quiet">{stage.status === 'running' ? message : t(stage.status)}</span>
        <span className="grow" />
        {children}
      </div>
      {drawn.length === 0 && rest.length === 0 ? <p className="quiet">{t('This stage has told no figures over time.')}</p> : null}
      <Charts charts={drawn} />
      {rest.length === 0 ? null : (
        <details className="more" open={all} onToggle={(event) => setAll(event.currentTarget.open)}>
          <summary>{t('{n} more figures', { n: rest.length })}</summary>
          {all ? <Charts charts={chartsOf(points ?? [], others, rest)} /> : null}
        </details>
      )}
    </>
  );
}

function Charts({ charts }: { charts: ReturnType<typeof chartsOf> }) {
  return charts.length === 0 ? null : <div className="charts">{charts.map((chart) => <ChartView key={chart.title} chart={chart} />)}</div>;
}
