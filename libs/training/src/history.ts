import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metrics } from '@minchat/stage';

/** Metrics of one step; evaluations are merged into the step they follow. */
export interface HistoryEntry {
  /** Steps done, 1 for the first. */
  readonly step: number;
  readonly metrics: Metrics;
}

/** Metrics that depend on the machine are reported, but kept out of files that are compared. */
const machineMetric = /^(perf|time)\//;

export function withoutMachineMetrics(metrics: Metrics): Metrics {
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !machineMetric.test(name)));
}

/**
 * Writes `training.json` into an output model folder: what the evaluator plots. It holds nothing
 * that depends on time, so that a resumed run's artifact is that of an undisturbed one.
 */
export async function writeHistory(folder: string, history: readonly HistoryEntry[]): Promise<void> {
  await writeFile(join(folder, 'training.json'), `[\n${history.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`);
}
