import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { errorFromWire, errorToWire } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { createContext, parseSettings, runStage, shapeOf, type StageHooks } from './context.ts';
import type { Metrics, StageDefinition, StopReason } from './define.ts';
import { Control, type Assignment, type FromThread, type StageShape, type ThreadData, type ToThread } from './thread-messages.ts';

/** One stage that is loaded for one job, here or in a thread. */
export interface Runner {
  readonly shape: StageShape;
  run(assignment: Assignment, hooks: StageHooks): Promise<Metrics>;
  /** Asks the stage to stop, with a checkpoint unless the lease is lost. */
  stop(reason: StopReason): void;
  setCheckpointDue(due: boolean): void;
  /** Ends the stage whatever it does (a stage on this thread can only be asked). */
  dispose(): Promise<void>;
}

/** Runs a stage object on this thread: for stages that wait rather than compute. */
export function inlineRunner(stage: StageDefinition, settingsJson: string, log: Logger): Runner {
  const control = new Control();
  const settings = parseSettings(stage, settingsJson);
  let look: () => void = () => undefined;
  return {
    shape: shapeOf(stage),
    async run(assignment, hooks) {
      const running = createContext(assignment, settings, control, hooks, log);
      look = running.look;
      look();
      return runStage(stage, running.context);
    },
    stop(reason) {
      control.setStop(reason);
      look();
    },
    setCheckpointDue: (due) => void (control.checkpointDue = due),
    dispose: () => Promise.resolve(),
  };
}

/**
 * Loads a plugin in a thread of its own and validates the settings there. Rejects with
 * MC_PLUGIN_UNKNOWN, MC_PLUGIN_INVALID, MC_STAGE_SETTINGS; MC_STAGE_FAILED when the thread dies.
 * `onLog` is told every line that the thread logs; `stopping` ends a thread that is still loading.
 */
export async function threadRunner(data: Omit<ThreadData, 'control'>, onLog: (line: string) => void, stopping: AbortSignal): Promise<Runner> {
  const control = new Control();
  const worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: { ...data, control: control.buffer } satisfies ThreadData });
  const send = (message: ToThread): void => worker.postMessage(message);
  const loaded = Promise.withResolvers<StageShape>();
  const ended = Promise.withResolvers<Metrics>();
  // Either may fail before anyone waits for it.
  loaded.promise.catch(() => undefined);
  ended.promise.catch(() => undefined);
  const fail = (error: Error): void => {
    loaded.reject(error);
    ended.reject(error);
  };
  let hooks: StageHooks | undefined;

  worker.on('message', (message: FromThread) => {
    switch (message.type) {
      case 'loaded':
        return loaded.resolve(message.shape);
      case 'progress':
        return hooks?.progress(message.progress);
      case 'log':
        return onLog(message.line);
      case 'save': {
        const { id } = message;
        const answer = (error?: unknown): void => send({ type: 'saved', id, error: error === undefined ? undefined : errorToWire(error) });
        return void hooks?.save(message.step, message.folder).then(() => answer(), answer);
      }
      case 'done':
        return ended.resolve(message.metrics);
      case 'failed':
        return fail(errorFromWire(message.error));
    }
  });
  worker.on('error', (error) => fail(new MinchatError('MC_STAGE_FAILED', `the compute thread failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })));
  worker.on('exit', (code) => fail(new MinchatError('MC_STAGE_FAILED', `the compute thread ended with code ${code} before its stage was done`)));

  async function dispose(): Promise<void> {
    if (worker.threadId === -1) return;
    const exit = once(worker, 'exit');
    await worker.terminate();
    await exit.catch(() => undefined);
  }

  const onStopping = (): void => loaded.reject(stopping.reason);
  stopping.addEventListener('abort', onStopping);
  let shape: StageShape;
  try {
    stopping.throwIfAborted();
    shape = await loaded.promise;
  } catch (error) {
    await dispose();
    throw error;
  } finally {
    stopping.removeEventListener('abort', onStopping);
  }
  return {
    shape,
    run(assignment, given) {
      hooks = given;
      send({ type: 'run', assignment });
      return ended.promise;
    },
    stop(reason) {
      control.setStop(reason);
      send({ type: 'control' });
    },
    setCheckpointDue: (due) => void (control.checkpointDue = due),
    dispose,
  };
}

/** What stage a plugin is, loaded in a thread that ends again. Rejects with MC_PLUGIN_UNKNOWN, MC_PLUGIN_INVALID. */
export async function shapeInThread(data: Omit<ThreadData, 'control' | 'settingsJson'>): Promise<StageShape> {
  const runner = await threadRunner({ ...data, settingsJson: undefined }, () => undefined, new AbortController().signal);
  await runner.dispose();
  return runner.shape;
}
