// The compute thread: loads one stage and runs it once.
import { parentPort, workerData } from 'node:worker_threads';
import { errorFromWire, errorToWire } from '@minchat/contracts';
import { createLogger } from '@minchat/telemetry';
import { createContext, parseSettings, runStage, shapeOf, stageError } from './context.ts';
import { loadStage } from './plugin.ts';
import { Control, type Assignment, type FromThread, type ThreadData, type ToThread } from './thread-messages.ts';

const { url, plugin, settingsJson, control: buffer, log: logging } = workerData as ThreadData;
const port = parentPort;
if (port === null) throw new Error('thread.ts runs in a worker thread');
const send = (message: FromThread): void => port.postMessage(message);

const control = new Control(buffer);
const log = createLogger(logging.service, { level: logging.level, tee: (line) => send({ type: 'log', line }) }).child(logging.fields);
const saves = new Map<number, PromiseWithResolvers<void>>();
let saveCount = 0;
let look: () => void = () => undefined;

const start = Promise.withResolvers<Assignment>();
port.on('message', (message: ToThread) => {
  if (message.type === 'run') start.resolve(message.assignment);
  else if (message.type === 'control') look();
  else if (message.error) saves.get(message.id)?.reject(errorFromWire(message.error));
  else saves.get(message.id)?.resolve();
});

try {
  const stage = await loadStage(plugin, url);
  const settings = settingsJson === undefined ? undefined : parseSettings(stage, settingsJson);
  send({ type: 'loaded', shape: shapeOf(stage) });
  const hooks = {
    progress: (progress: Extract<FromThread, { type: 'progress' }>['progress']) => send({ type: 'progress', progress }),
    async save(step: number, folder: string) {
      saveCount += 1;
      const id = saveCount;
      const saved = Promise.withResolvers<void>();
      saves.set(id, saved);
      send({ type: 'save', id, step, folder });
      await saved.promise.finally(() => saves.delete(id));
    },
  };
  const running = createContext(await start.promise, settings, control, hooks, log);
  look = running.look;
  look();
  send({ type: 'done', metrics: await runStage(stage, running.context) });
} catch (thrown) {
  const error = stageError(thrown);
  // The stack stays here: what travels is for users. A stop that was asked for is no failure.
  if (control.stop === undefined) log.error({ err: error.cause ?? error }, 'stage failed');
  send({ type: 'failed', error: errorToWire(error) });
}
