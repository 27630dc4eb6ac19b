// Draws the charts of the page with uPlot, in the colours of the style sheet; again when the reader
// changes between light and dark.
(() => {
  const charts = JSON.parse(document.getElementById('charts').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let drawn = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const short = (value) => (typeof value !== 'number' ? '' : Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4))));

  function seriesOf({ label, tone, style, right }) {
    const stroke = colour(tone);
    const scale = right ? 'right' : 'y';
    const value = (_, raw) => short(raw);
    if (style === 'points') return { label, scale, value, stroke, width: 0, paths: () => null, points: { show: true, size: 7, fill: stroke, stroke } };
    if (style.startsWith('bars')) {
      return { label, scale, value, stroke, fill: stroke, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.42, 30], align: style === 'bars-left' ? -1 : 1 }) };
    }
    return { label, scale, value, stroke, width: style === 'dashed' ? 1.5 : 2, dash: style === 'dashed' ? [5, 5] : undefined, spanGaps: true, points: { show: false } };
  }

  function optionsOf(chart, width) {
    const text = { stroke: colour('muted'), grid: { stroke: colour('grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif', labelFont: '12px system-ui, sans-serif' };
    const axis = (label, more) => ({ ...text, label, labelSize: 22, values: (_, ticks) => ticks.map(short), ...more });
    const onRight = chart.series.filter((series) => series.right);
    const bars = chart.series.some((series) => series.style.startsWith('bars'));
    const range = (_, low, high) => {
      const span = high - low || Math.abs(high) || 1;
      return [bars ? 0 : low - span * 0.06, high + span * 0.06];
    };
    return {
      width,
      height: 250,
      legend: { live: true },
      cursor: { drag: { x: true, y: false } },
      scales: { x: { time: false, range: (_, low, high) => [low - (high - low) * 0.03, high + (high - low) * 0.03] }, y: { range }, right: { range } },
      axes: [
        axis(chart.xLabel, { size: 36 }),
        axis(chart.yLabel, { size: 54 }),
        ...(onRight.length > 0 ? [axis(onRight.map(({ label }) => label).join(', '), { scale: 'right', side: 1, size: 54, grid: { show: false } })] : []),
      ],
      series: [{ label: chart.xLabel, value: (_, raw) => short(raw) }, ...chart.series.map(seriesOf)],
    };
  }

  function draw() {
    for (const plot of drawn) plot.destroy();
    drawn = charts.map((chart) => {
      const place = document.getElementById(`plot-${chart.id}`);
      return new uPlot(optionsOf(chart, place.clientWidth), [chart.x, ...chart.series.map((series) => series.values)], place);
    });
  }

  let pending;
  dark.addEventListener('change', draw);
  addEventListener('resize', () => {
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  });
  draw();
})();
