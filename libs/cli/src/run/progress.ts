import { metricsByName, StageStatus, stageStatusWords, type RunRecord, type StageRecord } from '@minchat/contracts';
import { MultiBar, type SingleBar } from 'cli-progress';
import { colors, isTerminal } from '../colors.ts';
import { formatCount, formatSeconds, onTerminal, type Output } from '../output.ts';
import { headline, Pace, stageSeconds } from './figures.ts';

/** Shows a run as it goes. */
export interface ProgressView {
  show(run: RunRecord, now: number): void;
  /** A message in between. */
  note(message: string): void;
  stop(): void;
}

const plainEveryMs = 10_000;

/** Bars on a terminal, plain lines otherwise, nothing with --json. */
export function createProgress(output: Output): ProgressView {
  if (output.json) return { show: () => undefined, note: () => undefined, stop: () => undefined };
  return isTerminal(process.stdout) ? new BarView() : new LineView(output);
}

function paceText(pace: Pace, stage: StageRecord): string {
  const rate = pace.tokensPerSecond();
  const left = pace.secondsLeft(stage.totalSteps);
  return [rate === undefined ? '' : `${formatCount(rate)} tokens/s`, left === undefined ? '' : `${formatSeconds(left)} left`].filter((text) => text !== '').join(', ');
}

/** The status, with why a stage is not getting on. */
function statusText({ status, error }: StageRecord): string {
  const word = stageStatusWords[status];
  return error === undefined ? word : onTerminal(`${word}: ${error.code}: ${error.message}`);
}

abstract class View {
  readonly #paces = new Map<string, Pace>();

  protected pace(stage: StageRecord, now: number): Pace {
    const pace = this.#paces.get(stage.stage) ?? new Pace();
    this.#paces.set(stage.stage, pace);
    // The time that it waits is not part of how fast it goes.
    if (stage.status === StageStatus.STAGE_STATUS_RUNNING) pace.note(now, stage.step, stage.tokens);
    return pace;
  }
}

class BarView extends View implements ProgressView {
  readonly #bars = new MultiBar({
    format: '{name} {bar} {percentage}% {figures}{pace}',
    // What stands behind it is cut off where a line is full.
    barsize: Math.max(6, Math.min(24, (process.stdout.columns ?? 80) - 76)),
    stream: process.stdout,
    hideCursor: true,
    clearOnComplete: false,
    autopadding: true,
    linewrap: false,
    gracefulExit: false,
  });
  readonly #byStage = new Map<string, SingleBar>();

  show(run: RunRecord, now: number): void {
    const width = Math.max(...run.stages.map(({ stage }) => stage.length));
    for (const stage of run.stages) {
      if (stage.startedAtMs === 0 && stage.status !== StageStatus.STAGE_STATUS_QUEUED) continue;
      const pace = this.pace(stage, now);
      const done = stage.status === StageStatus.STAGE_STATUS_COMPLETED;
      const total = Math.max(stage.totalSteps, 1);
      const seconds = stageSeconds(stage);
      const figures = headline(metricsByName(stage.metrics));
      const payload = {
        name: stage.stage.padEnd(width),
        figures: figures === '' ? '' : `${figures}  `,
        pace: done ? formatSeconds(seconds ?? 0) : stage.status === StageStatus.STAGE_STATUS_RUNNING && stage.error === undefined ? paceText(pace, stage) : statusText(stage),
      };
      const bar = this.#byStage.get(stage.stage) ?? this.#bars.create(total, 0, payload);
      this.#byStage.set(stage.stage, bar);
      bar.setTotal(total);
      bar.update(done ? total : Math.min(stage.step, total), payload);
    }
  }

  note(message: string): void {
    this.#bars.log(`${onTerminal(message)}\n`);
  }

  stop(): void {
    this.#bars.stop();
  }
}

/** A line whenever a stage changes, and every ten seconds while it runs. */
class LineView extends View implements ProgressView {
  readonly #output: Output;
  readonly #last = new Map<string, { status: StageStatus; attempt: number; error: string | undefined; at: number; step: number }>();

  constructor(output: Output) {
    super();
    this.#output = output;
  }

  show(run: RunRecord, now: number): void {
    for (const stage of run.stages) {
      const pace = this.pace(stage, now);
      const last = this.#last.get(stage.stage);
      const changed = last === undefined ? stage.status !== StageStatus.STAGE_STATUS_WAITING : last.status !== stage.status || last.attempt !== stage.attempt || last.error !== stage.error?.message;
      const due = last !== undefined && stage.status === StageStatus.STAGE_STATUS_RUNNING && now - last.at >= plainEveryMs && stage.step !== last.step;
      if (last === undefined || changed || due) this.#last.set(stage.stage, { status: stage.status, attempt: stage.attempt, error: stage.error?.message, at: now, step: stage.step });
      if (!changed && !due) continue;
      this.#line(stage.stage, changed ? this.#changeText(stage) : this.#stepText(stage, pace));
    }
  }

  note(message: string): void {
    this.#output.line(`${clock()} ${colors.dim(message)}`);
  }

  stop(): void {
    // Lines need no end.
  }

  #line(stage: string, text: string): void {
    this.#output.line(`${clock()} ${stage.padEnd(9)} ${text}`);
  }

  #changeText(stage: StageRecord): string {
    if (stage.status === StageStatus.STAGE_STATUS_COMPLETED) {
      const seconds = stageSeconds(stage);
      return [`${statusText(stage)}${seconds === undefined ? '' : ` in ${formatSeconds(seconds)}`}`, headline(metricsByName(stage.metrics))].filter((text) => text !== '').join(', ');
    }
    if (stage.status === StageStatus.STAGE_STATUS_RUNNING && stage.attempt > 1 && stage.error === undefined) return `${statusText(stage)} (attempt ${stage.attempt})`;
    return statusText(stage);
  }

  #stepText(stage: StageRecord, pace: Pace): string {
    const share = stage.totalSteps > 0 ? ` (${Math.floor((100 * stage.step) / stage.totalSteps)}%)` : '';
    return [`${stage.step}/${stage.totalSteps}${share}`, headline(metricsByName(stage.metrics)), paceText(pace, stage)].filter((text) => text !== '').join(', ');
  }
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}
