import { existsSync } from 'node:fs';
import { readFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { MinchatError } from '@minchat/errors';
import type { Metrics, StageContext } from '@minchat/stage';
import type { Logger } from '@minchat/telemetry';
import { withoutMachineMetrics, type HistoryEntry } from './history.ts';

/** Something that a checkpoint keeps, in a folder of its own. AdamW is one; see state.ts for more. */
export interface Saveable {
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
}

export interface StepResult {
  readonly metrics: Metrics;
  /** Tokens that this step processed. */
  readonly tokens: number;
  /** Texts for people to read. */
  readonly samples?: readonly string[];
  /** True ends training with this step, before totalSteps. */
  readonly stop?: boolean;
}

export interface TrainingPlan {
  readonly totalSteps: number;
  /** Steps over which the learning rate rises; `step` sees to it, the loop warns of one that is not over at the end. */
  readonly warmup: number;
  /**
   * Everything that changes from step to step: weights, optimizers, running statistics, a best model.
   * Data order and randomness need no part: they are functions of the seed and the step (schedule.ts).
   * A part whose content comes to mean something else takes another name: older checkpoints then lack it.
   */
  readonly parts: Readonly<Record<string, Saveable>>;
  /** Digest of what training starts from that is no input of the job, since that may have changed when the job goes on. */
  readonly startsFrom?: string | undefined;
  /**
   * One optimizer step, counted from 0; disposes of every tensor it makes. A step that takes long
   * may call `context.signal.throwIfAborted()`: its work is then lost, the last checkpoint is kept.
   */
  step(step: number): Promise<StepResult>;
  /** Runs after every `every` steps and after the last one. Given the steps done. */
  readonly evaluation?: {
    readonly every: number;
    run(stepsDone: number): Promise<Omit<StepResult, 'tokens'>>;
  };
}

export interface TrainingResult {
  readonly history: readonly HistoryEntry[];
  /** Of the last step, with the last evaluation. */
  readonly metrics: Metrics;
}

interface LoopState {
  step: number;
  tokens: number;
  history: HistoryEntry[];
  startsFrom?: string | undefined;
}

/**
 * The loop of every trainer: restores the last checkpoint, runs the steps that are left, reports
 * progress, saves checkpoints when the host would like one. A stage resumed from any checkpoint
 * ends bit for bit where an undisturbed one does, if `plan.parts` is complete. From a checkpoint that
 * lacks a part, as one of another version may, or that started from something else, it begins anew.
 *
 * When the signal aborts it saves a checkpoint and throws the signal's reason. Throws
 * MC_STAGE_DIVERGED when a metric, of a step or of an evaluation, is not finite.
 */
export async function runTraining(context: StageContext<unknown>, plan: TrainingPlan): Promise<TrainingResult> {
  const state = await restore(context, plan);
  warnOfWarmup(context, plan);
  let saved = state.step;
  const save = async (): Promise<void> => {
    if (saved === state.step) return;
    await context.checkpoint.save(state.step, (folder) => write(folder, plan, state));
    saved = state.step;
  };
  while (state.step < plan.totalSteps) {
    // Lets messages in: the signal is set by one, and steps may never leave the microtask queue.
    await setImmediate();
    if (context.signal.aborted) {
      if (context.signal.reason !== 'lease-lost') await save();
      throw context.signal.reason;
    }
    const started = performance.now();
    const result = await plan.step(state.step);
    const seconds = (performance.now() - started) / 1000;
    state.step += 1;
    assertFinite(result.metrics, state.step);
    state.tokens += result.tokens;
    const last = result.stop === true || state.step === plan.totalSteps;
    const evaluated = await evaluate(plan, state.step, last);
    // The last step's update shows here only: no other step follows on its weights.
    assertFinite(evaluated?.metrics ?? {}, state.step);
    const metrics = {
      ...result.metrics,
      ...evaluated?.metrics,
      num_tokens: state.tokens,
      'perf/tokens_per_second': result.tokens / seconds,
    };
    state.history.push({ step: state.step, metrics: withoutMachineMetrics(metrics) });
    const samples = evaluated?.samples ?? result.samples;
    context.progress({ step: state.step, totalSteps: plan.totalSteps, tokens: state.tokens, metrics, ...(samples && { samples }) });
    if (last) break;
    if (context.checkpoint.due()) await save();
  }
  return { history: state.history, metrics: state.history.at(-1)?.metrics ?? {} };
}

function warnOfWarmup({ log }: StageContext<unknown>, { warmup, totalSteps }: TrainingPlan): void {
  if (warmup <= totalSteps) return;
  const reached = Math.round((100 * totalSteps) / warmup);
  log.warn({ warmup, totalSteps }, `expected a warm-up of at most the ${totalSteps} steps of this training, found ${warmup}: the learning rate gets to ${reached} % of what was asked for`);
}

async function evaluate(plan: TrainingPlan, stepsDone: number, last: boolean): Promise<Omit<StepResult, 'tokens'> | undefined> {
  const { evaluation } = plan;
  if (!evaluation || (stepsDone % evaluation.every !== 0 && !last)) return undefined;
  return evaluation.run(stepsDone);
}

function assertFinite(metrics: Metrics, step: number): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw new MinchatError('MC_STAGE_DIVERGED', `step ${step}: expected a finite ${name}, found ${value}`);
  }
}

async function write(folder: string, plan: TrainingPlan, state: LoopState): Promise<void> {
  for (const [name, part] of Object.entries(plan.parts)) {
    const into = join(folder, name);
    await mkdir(into, { recursive: true });
    await part.save(into);
  }
  await writeFile(join(folder, 'loop.json'), JSON.stringify(state));
}

async function restore(context: StageContext<unknown>, plan: TrainingPlan): Promise<LoopState> {
  const { parts, startsFrom } = plan;
  const checkpoint = await context.checkpoint.restore();
  // Looked at before anything is loaded: what is begun anew must be as it was made.
  const saved = checkpoint && (await usable(checkpoint, plan, context.log));
  if (!checkpoint || !saved) return { step: 0, tokens: 0, history: [], startsFrom };
  for (const [name, part] of Object.entries(parts)) await part.load(join(checkpoint.folder, name));
  context.log.info({ step: saved.step }, 'resumed from a checkpoint');
  return saved;
}

/** The loop's own part of a checkpoint; undefined, which is warned of, where the checkpoint is of another training. */
async function usable({ step, folder }: { step: number; folder: string }, { parts, startsFrom }: TrainingPlan, log: Logger): Promise<LoopState | undefined> {
  const missing = Object.keys(parts).filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    log.warn({ step, missing }, 'the checkpoint is of another version of this stage: starting from the beginning');
    return undefined;
  }
  const saved = JSON.parse(await readFile(join(folder, 'loop.json'), 'utf8')) as LoopState;
  // An older version did not say.
  if (saved.startsFrom !== undefined && saved.startsFrom !== startsFrom) {
    log.warn({ step }, 'what the training started from has changed since the checkpoint: starting from the beginning');
    return undefined;
  }
  return saved;
}
