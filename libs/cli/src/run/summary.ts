import { colors } from '../colors.ts';
import { formatCount, formatSeconds, formatTable, formatTexts } from '../output.ts';
import { evaluationSchema, type Evaluation } from './evaluation.ts';
import { formatFigure, headline } from './figures.ts';
import type { fullReport } from './report.ts';

type Report = Awaited<ReturnType<typeof fullReport>>;

const shownSamples = 3;

/** What a run came to, for people: its stages, the policy against SFT, and answers of both side by side. */
export function summary(report: Report, width = process.stdout.columns ?? 100): string {
  const rows = report.stages.map((stage) => [
    stage.stage,
    stage.status,
    stage.seconds === null ? '' : formatSeconds(stage.seconds),
    headline(stage.metrics),
    stage.tokensPerSecond === null ? '' : formatCount(stage.tokensPerSecond),
  ]);
  const parts = [
    '',
    `${colors.bold(report.run)}  ${report.status} in ${formatSeconds(report.seconds)}, seed ${report.seed}`,
    '',
    formatTable(['stage', 'status', 'time', 'loss or accuracy', 'tokens/s'], rows),
  ];
  const evaluation = evaluationSchema.safeParse(report.evaluation);
  if (evaluation.success) parts.push('', comparison(evaluation.data), '', samples(evaluation.data, width));
  return parts.join('\n');
}

const judgeNames = { functions: 'reward functions', gold: 'gold judge', reward: 'reward model' } as const;

function comparison(evaluation: Evaluation): string {
  const { sft, policy } = evaluation.models;
  const row = (what: string, of: (model: typeof sft) => number | undefined, percent = false): string[][] => {
    const [before, after] = [of(sft), of(policy)];
    const show = (value: number) => (percent ? `${(100 * value).toFixed(1)} %` : formatFigure(value));
    return before === undefined || after === undefined ? [] : [[what, show(before), show(after)]];
  };
  const table = formatTable(['policy against SFT', 'SFT', 'policy'], [
    ...row('reward functions', ({ functions }) => functions),
    ...row('gold score', ({ gold }) => gold?.score),
    ...row('reward', ({ reward }) => reward),
    ...row('length (tokens)', ({ length }) => length),
    ...row('finished', ({ finished }) => finished, true),
    ...row('perplexity of text', ({ perplexity }) => perplexity),
  ]);
  const rates = evaluation.winRates.map(({ judge, rate, low, high, prompts }) =>
    `win rate by the ${judgeNames[judge]}: ${percent(rate)} (95 % interval ${percent(low)} to ${percent(high)}, ${prompts} prompts)`,
  );
  const lines = [table, '', ...rates, `KL to SFT: ${formatFigure(evaluation.kl.mean)} nats per answer`];
  const reward = evaluation.rewardModel;
  if (reward !== undefined) {
    const ceiling = reward.noiseCeiling === undefined ? '' : ` (the gold order itself reaches ${percent(reward.noiseCeiling)} against these rankings)`;
    const { accuracyLow: low, accuracyHigh: high } = reward;
    const interval = low === undefined || high === undefined ? '' : `, 95 % interval ${percent(low)} to ${percent(high)}`;
    lines.push(`reward model: ${percent(reward.accuracy)} of ${reward.pairs} pairs right${interval}${ceiling}`);
  }
  return lines.join('\n');
}

function samples(evaluation: Evaluation, width: number): string {
  const rows = evaluation.samples.slice(0, shownSamples).map(({ prompt, sft, policy }) => [prompt, cut(sft), cut(policy)]);
  return rows.length === 0 ? '' : formatTexts(['prompt', 'SFT', 'policy'], rows, Math.min(width, 140));
}

function cut({ text, finished }: { text: string; finished: boolean }): string {
  const shown = text.length > 400 ? `${text.slice(0, 400)}...` : text;
  return finished ? shown : `${shown} [not finished]`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
