import { mean } from '../figures.ts';
import type { History, Report } from '../report.ts';

/** A colour of the page's style sheet. */
type Tone = 'sft' | 'policy' | 'plain' | 'second' | 'muted';

export interface Series {
  readonly label: string;
  readonly tone: Tone;
  readonly style: 'line' | 'points' | 'dashed' | 'bars-left' | 'bars-right';
  readonly values: readonly (number | null)[];
  /** On the scale at the right. */
  readonly right?: boolean;
}

/** A plot, drawn in the browser by draw.js. x ascends. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

/** The most points that a curve is drawn with; steps are averaged into so many groups. */
const mostPoints = 160;

interface Wanted {
  readonly metric: string;
  readonly label: string;
  readonly tone: Tone;
  readonly style?: 'line' | 'points';
  readonly right?: boolean;
}

/** Metrics over the steps of a training, those of them that were measured; undefined when none was. */
function curves(id: string, title: string, note: string, yLabel: string, history: History, wanted: readonly Wanted[]): Chart | undefined {
  const known = wanted.filter(({ metric }) => history.some(({ metrics }) => metrics[metric] !== undefined));
  if (known.length === 0) return undefined;
  const size = Math.max(1, Math.ceil(history.length / mostPoints));
  const groups = Array.from({ length: Math.ceil(history.length / size) }, (_, i) => history.slice(i * size, (i + 1) * size));
  const average = (group: History, metric: string): number | null => {
    const values = group.flatMap(({ metrics }) => metrics[metric] ?? []);
    return values.length === 0 ? null : mean(values);
  };
  return {
    id,
    title,
    note,
    x: groups.map((group) => group.at(-1)?.step ?? 0),
    xLabel: 'step',
    yLabel,
    series: known.map(({ metric, label, tone, style, right }) => ({
      label,
      tone,
      style: style ?? 'line',
      values: groups.map((group) => average(group, metric)),
      ...(right === true ? { right } : {}),
    })),
  };
}

function frontier({ frontier: points }: Report): Chart | undefined {
  if (points.length < 2) return undefined;
  const sorted = points.toSorted((a, b) => a.kl - b.kl);
  return {
    id: 'frontier',
    title: 'Reward against KL',
    note: 'Each point is one iteration of training: how much reward was gained for how far the policy moved from the SFT model.',
    x: sorted.map(({ kl }) => kl),
    xLabel: 'KL to SFT, nats per answer',
    yLabel: 'reward',
    series: [{ label: 'reward', tone: 'policy', style: 'points', values: sorted.map(({ reward }) => reward) }],
  };
}

function lengths({ models }: Report): Chart {
  const longest = Math.max(1, ...models.sft.lengths, ...models.policy.lengths);
  const width = Math.max(1, Math.ceil((longest + 1) / 24));
  const bins = Array.from({ length: Math.ceil((longest + 1) / width) }, (_, i) => i * width);
  const share = (values: readonly number[]): number[] =>
    bins.map((from) => values.filter((value) => value >= from && value < from + width).length / Math.max(1, values.length));
  return {
    id: 'lengths',
    title: 'Length of the answers',
    note: 'Share of answers by their number of tokens.',
    x: bins.map((from) => from + (width - 1) / 2),
    xLabel: 'tokens',
    yLabel: 'share',
    series: [
      { label: 'SFT', tone: 'sft', style: 'bars-left', values: share(models.sft.lengths) },
      { label: 'policy', tone: 'policy', style: 'bars-right', values: share(models.policy.lengths) },
    ],
  };
}

function calibration({ rewardModel }: Report): Chart | undefined {
  if (rewardModel === undefined) return undefined;
  const bins = rewardModel.calibration;
  const x = [0.5, ...bins.map(({ predicted }) => predicted), 1];
  return {
    id: 'calibration',
    title: 'Calibration of the reward model',
    note: 'How often labelers preferred the answer that the reward model prefers, against how sure it was. On the dashed line it is as sure as it should be.',
    x,
    xLabel: 'predicted preference',
    yLabel: 'observed',
    series: [
      { label: 'ideal', tone: 'muted', style: 'dashed', values: x },
      { label: 'observed', tone: 'policy', style: 'points', values: [null, ...bins.map(({ observed }) => observed), null] },
    ],
  };
}

/** Every plot of the page for which there are numbers. */
export function chartsOf(report: Report): Chart[] {
  const { base, sft, reward, policy } = report.histories;
  const loss = { metric: 'loss', label: 'training', tone: 'plain' } as const;
  const held = { metric: 'eval_loss', label: 'validation', tone: 'second', style: 'points' } as const;
  const all = [
    frontier(report),
    curves('policy-reward', 'Reward and KL during training', 'Means over each iteration’s answers.', 'reward', policy, [
      { metric: 'objective/scores', label: 'reward', tone: 'policy' },
      { metric: 'objective/kl', label: 'KL', tone: 'second', right: true },
    ]),
    curves('policy-length', 'Length and entropy during training', 'Watch for answers that grow without end, and for a policy that says one thing only.', 'tokens', policy, [
      { metric: 'response/length_mean', label: 'length', tone: 'plain' },
      { metric: 'objective/entropy', label: 'entropy', tone: 'second', right: true },
    ]),
    curves('policy-margin', 'Margin and accuracy during DPO', 'How much more the policy rewards the preferred answer of a pair, by its own log-probabilities against the SFT model’s, and in how many pairs.', 'margin', policy, [
      { metric: 'rewards/margins', label: 'margin', tone: 'policy' },
      { metric: 'rewards/accuracies', label: 'accuracy', tone: 'second', right: true },
    ]),
    lengths(report),
    calibration(report),
    base && curves('loss-base', 'Pretraining loss', 'Next-token cross-entropy on raw text.', 'nats per token', base, [loss, held]),
    curves('loss-sft', 'Fine-tuning loss', 'Cross-entropy on the demonstrations’ answers.', 'nats per token', sft, [loss, held]),
    reward && curves('loss-reward', 'Reward model', 'Loss on pairs, and share of pairs put in the labelers’ order.', 'loss', reward, [
      { ...loss, label: 'loss' },
      { metric: 'accuracy', label: 'accuracy', tone: 'policy', right: true },
      { metric: 'eval_accuracy', label: 'validation accuracy', tone: 'second', style: 'points', right: true },
    ]),
    curves('loss-policy', 'Policy', 'Loss of the policy, and of the value network if there is one.', 'policy loss', policy, [
      { metric: 'loss/policy_avg', label: 'policy', tone: 'policy' },
      loss,
      held,
      { metric: 'loss/value_avg', label: 'value', tone: 'second', right: true },
    ]),
  ];
  return all.filter((chart) => chart !== undefined);
}
