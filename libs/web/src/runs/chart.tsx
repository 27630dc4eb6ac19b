import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { formatNumber } from '../format.ts';
import { t } from '../preferences.ts';
import type { Chart } from './series.ts';

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

/** One plot. What it shows is told in words as well, for those who do not see it. */
export function ChartView({ chart }: { chart: Chart }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const lines = useRef(chart.lines);
  lines.current = chart.lines;
  const looks = chart.lines.map(({ label, color, dashes }) => `${label} ${color} ${dashes}`).join();
  const data = useRef<uPlot.AlignedData>([[]]);
  data.current = [chart.steps, ...chart.lines.map((line) => line.values)];
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
        scales: { x: { time: false } },
        cursor: { points: { size: 6 }, drag: { x: true, y: false } },
        legend: { live: true },
        axes: [{ ...axis, size: 28 }, { ...axis, size: 52, values: (_, ticks) => ticks.map((tick) => formatNumber(tick)) }],
        series: [{ label: t('step') }, ...lines.current.map((line) => ({
          label: line.label, stroke: color(`--series-${(line.color % 6) + 1}`), dash: dashes[line.dashes % dashes.length] ?? [], width: 1.75, spanGaps: true, points: { show: (self: uPlot, place: number) => Array.from(self.data[place] ?? []).filter((value) => value !== null).length < 3 },
          value: (_: uPlot, value: number | null) => (value === null ? '–' : formatNumber(value)),
        }))],
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
  useEffect(() => { if (plot.current) update(plot.current, data.current); }, [chart]);
  const words = chart.lines.map((line) => `${line.label} ${formatNumber(line.values.findLast((value) => value !== null) ?? Number.NaN)}`).join(', ');
  return (
    <figure className="card chart" aria-label={`${t(chart.title)}: ${words}`}>
      <figcaption>{t(chart.title)}</figcaption>
      <div ref={host} className="plot" aria-hidden="true" />
    </figure>
  );
}
