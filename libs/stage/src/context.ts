import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMinchatError, MinchatError, toMinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { z } from 'zod';
import type { Metrics, Progress, StageContext, StageDefinition } from './define.ts';
import type { Assignment, Control, StageShape } from './thread-messages.ts';

// What an implementation says is checked on its side: on the host's a slip would end the whole service.
const whole = z.int().min(0);
// One that is not finite may be told; no message carries it.
const metricsSchema = z.record(z.string().min(1), z.custom<number>((value) => typeof value === 'number', 'expected a number'));
const progressSchema = z.object({
  step: whole,
  totalSteps: whole,
  tokens: whole.optional(),
  metrics: metricsSchema.optional(),
  message: z.string().optional(),
  samples: z.array(z.string()).optional(),
  waiting: z.boolean().optional(),
});

/** Throws MC_STAGE_FAILED for what does not fit. */
function check(schema: z.ZodType, what: string, value: unknown): void {
  const { error } = schema.safeParse(value);
  if (error) throw new MinchatError('MC_STAGE_FAILED', `${what}: ${issuesOf(error)}`);
}

/** The first of what is wrong, each with its place. */
function issuesOf({ issues }: z.ZodError): string {
  return issues.slice(0, 3).map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message)).join('; ');
}

/** What a running stage tells its host. */
export interface StageHooks {
  progress(progress: Progress): void;
  /** Stores the folder as a checkpoint. Rejects with MC_LEASE_LOST. */
  save(step: number, folder: string): Promise<void>;
}

export interface RunningContext {
  context: StageContext<unknown>;
  /** Looks at the control block and aborts the signal when a stop is asked for. */
  readonly look: () => void;
}

function named(folders: Readonly<Record<string, string>>, what: string, name: string): string {
  const folder = Object.hasOwn(folders, name) ? folders[name] : undefined;
  if (folder === undefined) throw new MinchatError('MC_STAGE_INPUT', `expected the ${what} "${name}", found ${Object.keys(folders).join(', ') || 'none'}`);
  return folder;
}

/** The context of a stage, on whichever thread it runs. */
export function createContext(assignment: Assignment, settings: unknown, control: Control, hooks: StageHooks, log: Logger): RunningContext {
  const stopping = new AbortController();
  let checkpoints = 0;
  const look = (): void => {
    const reason = control.stop;
    if (reason !== undefined && !stopping.signal.aborted) stopping.abort(reason);
  };
  const context: StageContext<unknown> = {
    runId: assignment.runId,
    jobId: assignment.jobId,
    stage: assignment.stage,
    seed: assignment.seed,
    settings,
    log,
    signal: stopping.signal,
    input: (name) => named(assignment.inputs, 'input', name),
    hasInput: (name) => Object.hasOwn(assignment.inputs, name),
    output: (name) => named(assignment.outputs, 'output', name),
    progress(progress) {
      look();
      check(progressSchema, 'progress', progress);
      hooks.progress(progress);
    },
    checkpoint: {
      restore: () => Promise.resolve(assignment.restore),
      due() {
        look();
        return control.checkpointDue;
      },
      async save(step, write) {
        look();
        checkpoints += 1;
        const folder = join(assignment.scratch, String(checkpoints));
        await mkdir(folder, { recursive: true });
        try {
          await write(folder);
          await hooks.save(step, folder);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
        look();
      },
    },
  };
  return { context, look };
}

export function shapeOf(stage: StageDefinition): StageShape {
  const inputs = Object.entries(stage.inputs).map(([name, { kind, optional = false }]) => [name, { kind, optional }] as const);
  const outputs = Object.entries(stage.outputs).map(([name, { kind }]) => [name, { kind }] as const);
  return { kind: stage.kind, inputs: Object.fromEntries(inputs), outputs: Object.fromEntries(outputs) };
}

/** The settings as the stage's schema gives them. Throws MC_STAGE_SETTINGS. */
export function parseSettings(stage: StageDefinition, settingsJson: string): unknown {
  const parsed = stage.settings.safeParse(settingsJson === '' ? {} : JSON.parse(settingsJson));
  if (parsed.success) return parsed.data;
  throw new MinchatError('MC_STAGE_SETTINGS', `settings of ${stage.kind}: ${issuesOf(parsed.error)}`);
}

/** Runs the stage to its end. Throws what has a code. */
export async function runStage(stage: StageDefinition, context: StageContext<unknown>): Promise<Metrics> {
  try {
    const metrics = await stage.run(context);
    check(metricsSchema, 'what run() returns', metrics);
    return metrics;
  } catch (thrown) {
    throw stageError(thrown);
  }
}

/** A bug in a stage is the stage's failure; what has a code of its own keeps it. */
export function stageError(thrown: unknown): MinchatError {
  if (isMinchatError(thrown)) return thrown;
  const error = toMinchatError(thrown);
  return error.code === 'MC_INTERNAL' ? new MinchatError('MC_STAGE_FAILED', error.message, { cause: thrown }) : error;
}
