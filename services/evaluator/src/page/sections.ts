import type { AnswerFigures, Report, Sample, SampleAnswer } from '../report.ts';
import { figure, percent, useCaseName } from './format.ts';
import { html, type Html } from './html.ts';

/** The verdict: the share of prompts on which the policy's answer is better. */
export function headline({ winRate, sampling, run, functions }: Report): Html {
  const { wins, ties, losses, prompts } = winRate;
  const judge = { functions: `the reward functions (${functions.join(', ')})`, gold: 'the gold judge, the rubric without noise,', reward: 'the reward model' }[winRate.judge];
  const part = (name: string, count: number): Html =>
    html`<span class="${name}" style="flex:${count}" title="${count} of ${prompts}">${count * 12 > prompts ? `${count} ${name}` : ''}</span>`;
  return html`<header>
    <p class="run">minchat evaluation · ${run}</p>
    <h1>The policy wins <b>${percent(winRate.rate, 0)}</b> against SFT</h1>
    <p>Both models answered ${prompts} prompts of the ${sampling.split} split, at temperature ${sampling.temperature}; ${judge} compared the
      answers. Ties count half; the 95 % interval is ${percent(winRate.low)} to ${percent(winRate.high)}.</p>
    <div class="duel" role="img" aria-label="${wins} wins, ${ties} ties, ${losses} losses">${part('wins', wins)}${part('ties', ties)}${part('losses', losses)}</div>
  </header>`;
}

interface Line {
  readonly label: string;
  readonly hint: string;
  readonly of: (figures: AnswerFigures) => number | undefined;
  readonly format: (value: number) => string;
}

const lines: readonly Line[] = [
  { label: 'functions', hint: 'mean of what the reward functions come to', of: ({ functions }) => functions, format: figure },
  { label: 'gold score', hint: 'the rubric without noise, 0 to 1', of: ({ gold }) => gold?.score, format: figure },
  { label: 'right', hint: 'part of the rubric', of: ({ gold }) => gold?.right, format: figure },
  { label: 'to the point', hint: 'part of the rubric', of: ({ gold }) => gold?.toThePoint, format: figure },
  { label: 'polite', hint: 'part of the rubric', of: ({ gold }) => gold?.polite, format: figure },
  { label: 'reward', hint: 'mean score of the reward model', of: ({ reward }) => reward, format: figure },
  { label: 'finished', hint: 'answers that end by themselves', of: ({ finished }) => finished, format: percent },
  { label: 'length', hint: 'tokens per answer', of: ({ length }) => length, format: figure },
  { label: 'distinct words', hint: 'different words, as a share of all', of: ({ distinct1 }) => distinct1, format: percent },
  { label: 'distinct pairs', hint: 'different pairs of words, as a share of all', of: ({ distinct2 }) => distinct2, format: percent },
  { label: 'perplexity', hint: 'of base text kept aside: the alignment tax', of: ({ perplexity }) => perplexity, format: figure },
];

/** Both models' figures side by side. */
export function comparison({ models, kl, basePerplexity }: Report): Html {
  const known = lines.filter(({ of }) => of(models.sft) !== undefined);
  const cell = (line: Line, figures: AnswerFigures): string => line.format(line.of(figures) ?? Number.NaN);
  return html`<table class="figures">
    <thead><tr><th></th><th class="sft">SFT</th><th class="policy">policy</th></tr></thead>
    <tbody>
      ${known.map((line) => html`<tr><th>${line.label}<small>${line.hint}</small></th><td>${cell(line, models.sft)}</td><td>${cell(line, models.policy)}</td></tr>`)}
      <tr><th>KL to SFT<small>nats per answer, on the policy’s own answers</small></th><td>0</td><td>${figure(kl.mean)} ± ${figure(1.96 * kl.standardError)}</td></tr>
    </tbody>
  </table>
  ${basePerplexity === undefined ? undefined : html`<p class="note">The base model’s perplexity on the same text is ${figure(basePerplexity)}.</p>`}`;
}

/** How far the reward model can be trusted. */
export function rewardModel({ rewardModel: figures }: Report): Html | undefined {
  if (figures === undefined) return undefined;
  const facts: [string, string][] = [['validation accuracy', percent(figures.accuracy)]];
  if (figures.noiseCeiling !== undefined) facts.push(['noise ceiling', percent(figures.noiseCeiling)]);
  if (figures.accuracyOfCeiling !== undefined) facts.push(['accuracy of ceiling', percent(figures.accuracyOfCeiling)]);
  if (figures.labelerAgreement !== undefined) facts.push(['two labelers agree', percent(figures.labelerAgreement)]);
  if (figures.kendallTau !== undefined) facts.push(['Kendall’s tau', figure(figures.kendallTau)]);
  facts.push(['calibration error', percent(figures.calibrationError)]);
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    <p class="note">On ${figures.pairs} pairs that it was not trained on; the accuracy’s 95 % interval is ${percent(figures.accuracyLow)} to
      ${percent(figures.accuracyHigh)}. The noise ceiling is what the gold order itself reaches against the same rankings.</p>`;
}

/** Prompts with both answers. */
export function samples(list: readonly Sample[]): Html {
  const told = (name: string, score: number | undefined): string[] => (score === undefined ? [] : [`${name} ${score.toFixed(2)}`]);
  const answer = ({ text, finished, functions, gold, reward }: SampleAnswer, better: boolean): Html =>
    html`<td class="${better ? 'better' : ''}"><p>${text === '' ? html`<i>no answer</i>` : text}${finished ? undefined : html` <i class="cut">cut off</i>`}</p>
      <small>${[...told('functions', functions), ...told('gold', gold), ...told('reward', reward)].join(' · ')}</small></td>`;
  return html`<table class="samples">
    <thead><tr><th>prompt</th><th class="sft">SFT</th><th class="policy">policy</th></tr></thead>
    <tbody>${list.map(({ prompt, useCase, reference, sft, policy }) => {
      const [a, b] = [sft, policy].map(({ functions, gold, reward }) => functions ?? gold ?? reward ?? 0) as [number, number];
      return html`<tr><th><p>${prompt}</p><small>${[...(useCase === undefined ? [] : [useCaseName(useCase)]), ...(reference === undefined ? [] : [`right: ${reference}`])].join(' · ')}</small></th>${answer(sft, a > b)}${answer(policy, b > a)}</tr>`;
    })}</tbody>
  </table>`;
}
