import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Report } from '../report.ts';
import { chartsOf, type Chart } from './charts.ts';
import { forest } from './forest.ts';
import { Html, html, jsonForScript } from './html.ts';
import { comparison, headline, rewardModel, samples } from './sections.ts';

const require = createRequire(import.meta.url);

/** The report as one page that needs nothing from elsewhere: styles, scripts and numbers are in it. */
export async function renderPage(report: Report): Promise<string> {
  const [style, plotStyle, plot, draw] = await Promise.all([
    readFile(new URL('page.css', import.meta.url), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    readFile(new URL('draw.js', import.meta.url), 'utf8'),
  ]);
  const charts = chartsOf(report);
  const training = charts.filter(({ id }) => id.startsWith('loss-'));
  const place = (chosen: readonly Chart[]): Html =>
    html`<div class="plots">${chosen.map(({ id, title, note }) => html`<figure><h3>${title}</h3><div id="plot-${id}" class="plot"></div><figcaption>${note}</figcaption></figure>`)}</div>`;
  const some = (...ids: string[]): Html => place(charts.filter(({ id }) => ids.includes(id)));
  const trust = rewardModel(report);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>minchat evaluation</title>
<style>${new Html(plotStyle)}
${new Html(style)}</style>
</head>
<body>
<main>
${headline(report)}
<section><h2>Win rates</h2>${forest(report)}<p class="note">The policy against SFT, with 95 % intervals (Wilson’s score interval, prompts as the unit).</p></section>
<section><h2>Both models</h2>${comparison(report)}</section>
<section><h2>The policy’s training</h2>${some('frontier', 'policy-reward', 'policy-length', 'policy-margin', 'lengths')}</section>
${trust === undefined ? undefined : html`<section><h2>The reward model</h2>${trust}${some('calibration')}</section>`}
${report.samples.length === 0 ? undefined : html`<section><h2>Answers side by side</h2>${samples(report.samples)}</section>`}
${training.length === 0 ? undefined : html`<section><h2>Training</h2>${place(training)}</section>`}
</main>
<script type="application/json" id="charts">${jsonForScript(charts)}</script>
<script>${new Html(plot)}</script>
<script>${new Html(draw)}</script>
</body>
</html>
`.text;
}
