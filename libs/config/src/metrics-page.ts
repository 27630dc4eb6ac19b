import { metricSections, type MetricSection } from './metrics.ts';

/** docs/metrics.md, made from the table of metrics. */
export function metricsPage(): string {
  const section = ({ title, about, metrics }: MetricSection): string =>
    `## ${title}\n\n${about === undefined ? '' : `${about}\n\n`}| metric | what |\n|---|---|\n${Object.entries(metrics).map(([name, text]) => `| \`${name}\` | ${text} |`).join('\n')}`;
  return `# Metrics

What the figures of a run mean: those of its page in the studio, of \`minchat status RUN --explain\`, of gates, and of \`training.json\` beside each model. Names are TRL's where TRL has one. A KL or an entropy is in nats. A metric of an evaluation begins with \`eval_\` or \`eval/\`, and is that of the same name on the validation split; a stage ends with that of the model that it keeps. Capitals and dots stand for what differs.

${metricSections.map(section).join('\n\n')}

This page is made from [libs/config/src/metrics.ts](../libs/config/src/metrics.ts): \`npm run page -w @minchat/config\`.
`;
}
