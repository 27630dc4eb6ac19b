import type { Interval } from '../figures.ts';
import type { Report } from '../report.ts';
import { percent, useCaseName } from './format.ts';
import { html, type Html } from './html.ts';

interface Row extends Interval {
  readonly label: string;
  readonly prompts: number;
  readonly strong: boolean;
}

const left = 230;
const plot = 440;
const right = 150;
const rowHeight = 30;
const judges = { functions: 'reward functions', gold: 'gold judge', reward: 'reward model' } as const;

/** Win rates with their intervals, one line each; drawn here, so that the page shows them without a script. */
export function forest({ winRates, useCases }: Report): Html {
  const rows: Row[] = [
    ...winRates.map((rate) => ({ ...rate, label: `all, by the ${judges[rate.judge]}`, strong: true })),
    ...useCases.map((figures) => ({ ...figures, label: useCaseName(figures.useCase), strong: false })),
  ];
  const height = rows.length * rowHeight + 34;
  const x = (share: number): string => (left + plot * share).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return html`<svg class="forest" viewBox="0 0 ${left + plot + right} ${height}" role="img" aria-label="Win rates with 95 % intervals">
    ${ticks.map((tick) => html`<line class="${tick === 0.5 ? 'even' : 'grid'}" x1="${x(tick)}" x2="${x(tick)}" y1="4" y2="${height - 26}"/><text class="tick" x="${x(tick)}" y="${height - 8}">${percent(tick, 0)}</text>`)}
    ${rows.map(({ label, prompts, rate, low, high, strong }, i) => {
      const y = 18 + i * rowHeight;
      return html`<g class="${strong ? 'strong' : ''}">
        <text class="label" x="${left - 14}" y="${y + 4}">${label}</text>
        <line class="range" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>
        <circle cx="${x(rate)}" cy="${y}" r="${strong ? 6 : 4.5}"/>
        <text class="value" x="${left + plot + 14}" y="${y + 4}">${percent(rate, 0)} <tspan class="count">of ${prompts}</tspan></text>
      </g>`;
    })}
  </svg>`;
}
