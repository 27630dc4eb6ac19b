import type { Point } from './run-events.ts';

/** The curves that people look at first, and the metrics that belong on each. */
export const charts: readonly { title: string; metrics: readonly string[] }[] = [
  { title: 'Loss', metrics: ['loss', 'eval_loss', 'loss/policy_avg', 'loss/value_avg', 'loss/ptx_avg'] },
  { title: 'Reward', metrics: ['objective/scores', 'eval/scores', 'objective/rlhf_reward', 'rewards/margins', 'eval_rewards/margins'] },
  { title: 'Accuracy', metrics: ['accuracy', 'eval_accuracy', 'rewards/accuracies', 'eval_rewards/accuracies', 'mean_token_accuracy', 'eval_mean_token_accuracy'] },
  { title: 'KL divergence', metrics: ['objective/kl', 'eval/kl', 'policy/approxkl_avg', 'kl'] },
  { title: 'Entropy', metrics: ['objective/entropy', 'policy/entropy_avg'] },
  { title: 'Tokens per second', metrics: ['perf/tokens_per_second'] },
];

/** One metric of one run. Where there are several runs each has a colour, and its metrics differ by their dashes; else each metric has a colour. */
export interface Line { label: string; values: (number | null)[]; color: number; dashes: number }
/** `metrics` are those that it shows, of whichever runs. */
export interface Chart { title: string; metrics: string[]; steps: number[]; lines: Line[] }
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
    return drawn.length === 0 ? [] : [{ title, metrics: used, steps: axis, lines: drawn }];
  });
}

/** A chart for each metric that is on none of those above. */
export function otherCharts(points: readonly Point[]): typeof charts {
  const names = new Set(points.flatMap(({ metrics }) => Object.keys(metrics)));
  return [...names].filter((name) => !charts.some(({ metrics }) => metrics.includes(name))).toSorted().map((name) => ({ title: name, metrics: [name] }));
}

/** The moving average of TensorBoard's: each value weighs `weight` times as much as the one after it. */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  let [sum, weights] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value;
    weights = weights * weight + 1;
    return sum / weights;
  });
}

/** All that runs told of a stage, as a table: a line for each step. */
export function csvOf(runs: readonly OtherRun[]): string {
  const metrics = [...new Set(runs.flatMap(({ points }) => points.flatMap((point) => Object.keys(point.metrics))))].toSorted();
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const lines = runs.flatMap(({ name, points }) => points.map((point) => [quoted(name), point.step, ...metrics.map((metric) => point.metrics[metric] ?? '')]));
  return [['run', 'step', ...metrics].map(quoted), ...lines].map((line) => `${line.join()}\r\n`).join('');
}
