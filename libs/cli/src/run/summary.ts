import colors from 'picocolors';
import { formatCount, formatSeconds, formatTable } from '../output.ts';
import { headline } from './figures.ts';
import type { fullReport } from './report.ts';

type Report = Awaited<ReturnType<typeof fullReport>>;

/** What a run came to, for people. */
export function summary(report: Report): string {
  const rows = report.stages.map((stage) => [
    stage.stage,
    stage.status,
    stage.seconds === null ? '' : formatSeconds(stage.seconds),
    headline(stage.metrics),
    stage.tokensPerSecond === null ? '' : formatCount(stage.tokensPerSecond),
  ]);
  return ['', `${colors.bold(report.run)}  ${report.status} in ${formatSeconds(report.seconds)}`, formatTable(['stage', 'status', 'time', 'figures', 'tokens/s'], rows)].join('\n');
}
