import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import { formatNumber, formatTick } from '../format.ts';
import { currentLanguage, t } from '../preferences.ts';
import { smoothed, type Chart } from './series.ts';
import type { Explain } from './use-explanations.tsx';

const height = 190;
const dashes = [[], [6, 4], [2, 3], [10, 4, 2, 4], [12, 6]];

/** New values, for which a part that somebody has drawn larger is left as it is. */
function update(plot: uPlot, data: uPlot.AlignedData): void {
  const [steps] = plot.data;
  const { min, max } = plot.scales['x'] ?? {};
  const [first = Infinity, last = -Infinity] = [steps[0], steps.at(-1)];
  plot.setData(data);
  // Before anything is drawn they are null, whatever the types say.
  if (typeof min === 'number' && typeof max === 'number' && (min > first || max < last)) plot.setScale('x', { min, max });
}

/** Whether a logarithmic scale shows more: a curve that stays within a power of ten would be flat. */
function suitsLog({ lines }: Chart): boolean {
  let [least, most] = [Infinity, 0];
  for (const { values } of lines) {
    for (const value of values) {
      if (value === null) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return least > 0 && most >= 10 * least;
}

/** How curves are drawn: smoothed by so much (0: not at all), and on a logarithmic scale where that suits them. */
export interface Drawing { smoothing: number; log: boolean }

/** One plot. What it shows is told in words as well, for those who do not see it. */
export function ChartView({ chart, drawing: { smoothing, log }, explain }: { chart: Chart; drawing: Drawing; explain: Explain }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const lines = useRef(chart.lines);
  lines.current = chart.lines;
  const isSmooth = smoothing > 0;
  const isLog = useMemo(() => log && suitsLog(chart), [chart, log]);
  const looks = [currentLanguage(), isSmooth, isLog, ...chart.lines.map(({ label, color, dashes }) => `${label} ${color} ${dashes}`)].join();
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = useMemo(() => {
    const raw = chart.lines.map((line) => line.values);
    // What a curve is smoothed from is behind it.
    return [chart.steps, ...(isSmooth ? raw : []), ...(isSmooth ? raw.map((values) => smoothed(values, smoothing)) : raw)];
  }, [chart, isSmooth, smoothing]);
  useEffect(() => {
    const node = host.current;
    if (node === null) return undefined;
    const make = (): void => {
      plot.current?.destroy();
      const style = getComputedStyle(node);
      const color = (name: string): string => style.getPropertyValue(name).trim();
      const ink = color('--quiet-ink');
      const axis = { stroke: ink, grid: { stroke: color('--line-ink'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
      plot.current = new uPlot({
        width: node.clientWidth,
        height,
        scales: { x: { time: false }, y: isLog ? { distr: 3 } : {} },
        // What is pointed at, or enlarged, in one is in all of them.
        cursor: { points: { size: 6 }, drag: { x: true, y: false }, sync: { key: 'curves' } },
        legend: { live: true },
        axes: [{ ...axis, size: 28 }, {
          ...axis,
          // Plots stand still, but for numbers that would not fit.
          size: (_, texts: readonly string[] | null) => 20 + 6.5 * Math.max(6, ...(texts ?? []).map((text) => text.length)),
          // Between the powers of ten some stay without a number.
          values: (_, ticks: (number | null)[], __, ___, apart) => ticks.map((tick) => (tick === null ? '' : isLog ? formatNumber(tick) : formatTick(tick, apart))),
        }],
        // Where nothing is pointed at, the latest.
        series: [{ label: t('step'), value: (self, step: number | null) => formatNumber(step ?? self.data[0].at(-1) ?? Number.NaN) }, ...(isSmooth ? [true, false] : [false]).flatMap((isBehind) => lines.current.map((line): uPlot.Series => ({
          ...(isBehind ? { class: 'behind', alpha: 0.25 } : {}),
          label: line.label, stroke: color(`--series-${(line.color % 6) + 1}`), dash: dashes[line.dashes % dashes.length] ?? [], width: 1.75, spanGaps: true, points: { show: (self: uPlot, place: number) => Array.from(self.data[place] ?? []).filter((value) => value !== null).length < 3 },
          value: (self: uPlot, value: number | null, place: number, at: number | null) => formatNumber((at === null ? Array.from(self.data[place] ?? []).findLast((one) => one !== null) : value) ?? Number.NaN),
        })))],
      }, data.current, node);
    };
    make();
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: node.clientWidth, height }));
    resized.observe(node);
    // Colours are read once: another theme draws anew.
    const themed = new MutationObserver(make);
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', make);
    return () => {
      resized.disconnect();
      themed.disconnect();
      scheme.removeEventListener('change', make);
      plot.current?.destroy();
      plot.current = undefined;
    };
    // The plot is made anew for other lines only; new values are set below.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [looks]);
  useEffect(() => { if (plot.current) update(plot.current, data.current); }, [chart, smoothing]);
  const explained = chart.metrics.flatMap((name) => { const text = explain(name); return text === undefined ? [] : [{ name, text }]; });
  const words = chart.lines.map((line) => `${line.label} ${formatNumber(line.values.findLast((value) => value !== null) ?? Number.NaN)}`).join(', ');
  return (
    <figure className="card chart" aria-label={`${t(chart.title)}: ${words}`}>
      <figcaption>{t(chart.title)}</figcaption>
      <div ref={host} className="plot" aria-hidden="true" title={t('Drag across a part to enlarge it; a double click shows all of it again')} />
      {explained.length === 0 ? null : <dl className="explained">{explained.map(({ name, text }) => <div key={name}><dt>{name}</dt><dd>{text}</dd></div>)}</dl>}
    </figure>
  );
}
