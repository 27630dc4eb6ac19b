import { parentPort, workerData } from 'node:worker_threads';
import { errorToWire } from '@minchat/contracts';
import { startBackend } from '@minchat/model';
import type { ComputeOptions, FromCompute, ToCompute } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

// The compute thread: everything that takes long happens here.

const port = parentPort;
if (port === null) throw new Error('expected to run as a worker thread');
const post = (message: FromCompute): void => port.postMessage(message);

try {
  const { name, reason } = await startBackend();
  const scheduler = new Scheduler(workerData as ComputeOptions, post);
  port.on('message', (message: ToCompute) => scheduler.take(message));
  post({ type: 'ready', backend: name, reason });
  await scheduler.run();
} catch (error) {
  post({ type: 'failed', error: errorToWire(error) });
}
