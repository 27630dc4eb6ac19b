import { parentPort, workerData } from 'node:worker_threads';
import { errorToWire } from '@minchat/contracts';
import { startBackend } from '@minchat/model';
import { computesOnProcessors, type ComputeOptions, type FromCompute, type ToCompute } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

// The compute thread: everything that takes long happens here.

const port = parentPort;
if (port === null) throw new Error('expected to run as a worker thread');
const post = (message: FromCompute): void => port.postMessage(message);

const options = workerData as ComputeOptions;
// The environment is this thread's own.
process.env['MINCHAT_THREADS'] = String(options.threads);

try {
  const { name, reason } = await startBackend();
  const scheduler = new Scheduler(shareOf(options, name), post);
  port.on('message', (message: ToCompute) => scheduler.take(message));
  post({ type: 'ready', backend: name, reason });
  await scheduler.run();
} catch (error) {
  post({ type: 'failed', error: errorToWire(error) });
}

/** What is this thread's of what all lanes have together. */
function shareOf(all: ComputeOptions, backend: string): ComputeOptions {
  const { lanes, slots, kvBytes } = all;
  if (lanes === 1 || !computesOnProcessors(backend)) return { ...all, lanes: 1 };
  return { ...all, slots: Math.ceil(slots / lanes), kvBytes: kvBytes / 2 / lanes };
}
