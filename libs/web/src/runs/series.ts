import type { Point } from './run-events.ts';

/** The curves that people look at first, and the metrics that belong on each. */
export const charts: readonly { title: string; metrics: readonly string[] }[] = [
  { title: 'Loss', metrics: ['loss', 'eval_loss', 'loss/policy_avg', 'loss/value_avg', 'loss/ptx_avg'] },
  { title: 'Reward', metrics: ['objective/scores', 'eval/scores', 'objective/rlhf_reward', 'rewards/margins', 'eval_rewards/margins', 'rewards/accuracies', 'eval_rewards/accuracies', 'accuracy', 'eval_accuracy', 'mean_token_accuracy', 'eval_mean_token_accuracy'] },
  { title: 'KL divergence', metrics: ['objective/kl', 'eval/kl', 'policy/approxkl_avg', 'kl'] },
  { title: 'Entropy', metrics: ['objective/entropy', 'policy/entropy_avg'] },
  { title: 'Tokens per second', metrics: ['perf/tokens_per_second'] },
];

/** One metric of one run. Where there are several runs each has a colour, and its metrics differ by their dashes; else each metric has a colour. */
export interface Line { label: string; values: (number | null)[]; color: number; dashes: number }
export interface Chart { title: string; steps: number[]; lines: Line[] }
export interface OtherRun { name: string; points: readonly Point[] }

/** What a stage's points give to draw; of other runs the same, over it. */
export function chartsOf(points: readonly Point[], others: readonly OtherRun[] = [], wanted = charts): Chart[] {
  const runs = [{ name: '', points }, ...others].map((run) => ({ ...run, byStep: new Map(run.points.map((point) => [point.step, point.metrics])) }));
  const all = runs.flatMap((run) => run.points);
  return wanted.flatMap(({ title, metrics }) => {
    const used = metrics.filter((name) => all.some((point) => name in point.metrics));
    const steps = all.filter((point) => used.some((name) => name in point.metrics)).map((point) => point.step);
    const axis = [...new Set(steps)].toSorted((a, b) => a - b);
    const lines = used.flatMap((name, metric) => runs.map(({ name: of, byStep }, run): Line => ({
      label: of === '' ? name : `${name} · ${of}`,
      values: axis.map((step) => byStep.get(step)?.[name] ?? null),
      ...(others.length > 0 ? { color: run, dashes: metric } : { color: metric, dashes: 0 }),
    })));
    const drawn = lines.filter(({ values }) => values.some((value) => value !== null));
    return drawn.length === 0 ? [] : [{ title, steps: axis, lines: drawn }];
  });
}

/** A chart for each metric that is on none of those above. */
export function otherCharts(points: readonly Point[]): typeof charts {
  const names = new Set(points.flatMap(({ metrics }) => Object.keys(metrics)));
  return [...names].filter((name) => !charts.some(({ metrics }) => metrics.includes(name))).toSorted().map((name) => ({ title: name, metrics: [name] }));
}
