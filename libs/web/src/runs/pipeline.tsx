import { useEffect, useState } from 'react';
import type { RunSpecView, StageView } from '../api.ts';
import { formatDuration } from '../format.ts';
import { t } from '../preferences.ts';
import { placeStages, reducedEdges, type Node } from './layout.ts';

/** The stages and which of them take each other's outputs, as a run's spec says. */
export function nodesOf(stages: readonly { stage: string }[], spec: RunSpecView): Node[] {
  return stages.map(({ stage }) => {
    const inputs = Object.values(spec.stages?.[stage]?.inputs ?? {});
    const after = inputs.flatMap((input) => (input === null || input.startsWith('artifact:') ? [] : [input.split('.')[0] ?? '']));
    return { stage, after: [...new Set(after)] };
  });
}

const size = { width: 126, height: 64, gapX: 20, gapY: 22 };

function useNarrow(): boolean {
  const [query] = useState(() => matchMedia('(max-width: 46rem)'));
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const change = (): void => setNarrow(query.matches);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, [query]);
  return narrow;
}

interface PipelineProps {
  nodes: readonly Node[];
  stages: Readonly<Record<string, StageView>>;
  selected?: string | undefined;
  onSelect?: (stage: string) => void;
}

/** A run's stages as a picture: from left to right, on a phone from top to bottom. */
export function Pipeline({ nodes, stages, selected, onSelect }: PipelineProps) {
  const narrow = useNarrow();
  const places = new Map(placeStages(nodes).map((place) => [place.stage, place]));
  const [stepX, stepY] = narrow ? [size.width + 12, size.height + 18] : [size.width + size.gapX, size.height + size.gapY];
  const at = (stage: string): { x: number; y: number } => {
    const { depth = 0, row = 0 } = places.get(stage) ?? {};
    return narrow ? { x: row * stepX, y: depth * stepY } : { x: depth * stepX, y: row * stepY };
  };
  const corners = nodes.map(({ stage }) => at(stage));
  const width = Math.max(...corners.map(({ x }) => x)) + size.width;
  const height = Math.max(...corners.map(({ y }) => y)) + size.height;
  const path = (from: string, to: string): string => {
    const [a, b] = [at(from), at(to)];
    if (narrow) {
      const [x1, y1, x2, y2] = [a.x + size.width / 2, a.y + size.height, b.x + size.width / 2, b.y];
      return `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}`;
    }
    const [x1, y1, x2, y2] = [a.x + size.width, a.y + size.height / 2, b.x, b.y + size.height / 2];
    return `M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`;
  };
  return (
    <div className="pipeline-scroll" tabIndex={0} role="group" aria-label={t('Pipeline')}>
      <div className="pipeline" style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          {reducedEdges(nodes).map(([from, to]) => <path key={`${from} ${to}`} d={path(from, to)} className={stages[from]?.status === 'completed' ? 'passed' : ''} />)}
        </svg>
        {nodes.map(({ stage }) => {
          const view = stages[stage];
          const status = view?.status ?? 'waiting';
          const { x, y } = at(stage);
          return (
            <button key={stage} type="button" className={`stage ${status}`} aria-pressed={selected === stage} disabled={onSelect === undefined}
              style={{ left: x, top: y, width: size.width, height: size.height }} onClick={() => onSelect?.(stage)} data-stage={stage} data-status={status}>
              <span className="stage-name"><i className="dot" aria-hidden="true" />{stage}</span>
              <span className="stage-note">{noteOf(view)}</span>
              {status === 'running' && view && view.totalSteps > 0 ? <i className="fill" style={{ width: `${(100 * Math.min(view.step, view.totalSteps)) / view.totalSteps}%` }} aria-hidden="true" /> : null}
            </button>
          );
        })}
      </div>
    </div>
  );
}

function noteOf(stage: StageView | undefined): string {
  if (stage === undefined) return '';
  if (stage.status === 'running') return stage.totalSteps > 0 ? `${stage.step} / ${stage.totalSteps}` : t('running');
  if (stage.status === 'completed' && stage.startedAt > 0) return formatDuration(stage.finishedAt - stage.startedAt);
  return t(stage.status);
}
