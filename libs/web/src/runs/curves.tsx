import { useMemo, useState, type ReactNode } from 'react';
import type { StageView } from '../api.ts';
import { formatDuration } from '../format.ts';
import { t } from '../preferences.ts';
import { recall, remember } from '../storage.ts';
import { saveFile } from '../save-file.ts';
import { ChartView, type Drawing } from './chart.tsx';
import { timeLeft } from './run-events.ts';
import { chartsOf, csvOf, otherCharts, type OtherRun } from './series.ts';
import { useExplanations, type Explain } from './use-explanations.tsx';
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
  const [drawing, setDrawing] = useDrawing();
  const { explain, chooser } = useExplanations(stage.kind);
  const live = stage.status === 'running' ? history?.live[stage.stage] : undefined;
  // People rank at no pace.
  const left = live === undefined || stage.kind === 'rank' ? undefined : timeLeft(live);
  const now = [live?.message ?? '', left === undefined ? '' : t('about {time} left', { time: formatDuration(left) })].filter(Boolean).join(' · ');
  return (
    <>
      <div className="toolbar">
        <h2>{stage.stage}</h2>
        <span className="quiet">{stage.status === 'running' ? now : t(stage.status)}</span>
        <span className="grow" />
        {children}
      </div>
      {drawn.length === 0 && rest.length === 0 ? <p className="quiet">{t('This stage has told no figures over time.')}</p> : (
        <div className="toolbar">
          <label className="inline">{t('Smoothing')} <input type="range" min={0} max={0.99} step={0.01} value={drawing.smoothing} onChange={(event) => setDrawing({ ...drawing, smoothing: Number(event.target.value) })} /> <span className="number">{drawing.smoothing.toFixed(2)}</span></label>
          <button type="button" className="chip" aria-pressed={drawing.log} title={t('Of curves that are above 0 and go through more than a power of ten')} onClick={() => setDrawing({ ...drawing, log: !drawing.log })}>{t('Logarithmic')}</button>
          {chooser}
          <span className="grow" />
          <button type="button" className="quiet-button" onClick={() => saveFile(new Blob([csvOf([{ name: id, points: points ?? [] }, ...others])], { type: 'text/csv' }), `${id}-${stage.stage}.csv`)}>{t('Save as CSV')}</button>
        </div>
      )}
      <Charts charts={drawn} drawing={drawing} explain={explain} />
      {rest.length === 0 ? null : (
        <details className="more" open={all} onToggle={(event) => setAll(event.currentTarget.open)}>
          <summary>{t('{n} more figures', { n: rest.length })}</summary>
          {all ? <Charts charts={chartsOf(points ?? [], others, rest)} drawing={drawing} explain={explain} /> : null}
        </details>
      )}
    </>
  );
}

/** How curves are drawn, of whatever run, as it was chosen in this browser. */
function useDrawing(): [Drawing, (drawing: Drawing) => void] {
  const [drawing, setDrawing] = useState((): Drawing => ({ smoothing: Math.min(0.99, Math.max(0, Number(recall('smoothing')) || 0)), log: recall('log') === '1' }));
  return [drawing, (next) => {
    setDrawing(next);
    remember('smoothing', String(next.smoothing));
    remember('log', next.log ? '1' : '0');
  }];
}

function Charts({ charts, ...shown }: { charts: ReturnType<typeof chartsOf>; drawing: Drawing; explain: Explain }) {
  return charts.length === 0 ? null : <div className="charts">{charts.map((chart) => <ChartView key={chart.title} chart={chart} {...shown} />)}</div>;
}
