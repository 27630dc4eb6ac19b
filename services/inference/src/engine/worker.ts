import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { errorToWire } from '@minchat/contracts';
import { startBackend } from '@minchat/model';
import type { ComputeOptions, FromCompute, ToCompute } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

// The compute thread: everything that takes long happens here.

const port = parentPort;
if (port === null) throw new Error('expected to run as a worker thread');
const post = (message: FromCompute): void => port.postMessage(message);

// One processor is left to those who carry the tokens away: kernels whose threads wait for each
// other are slower where another process takes one of them. The environment is this thread's own.
process.env['MINCHAT_THREADS'] ??= String(Math.max(1, availableParallelism() - 1));

try {
  const { name, reason } = await startBackend();
  const scheduler = new Scheduler(workerData as ComputeOptions, post);
  port.on('message', (message: ToCompute) => scheduler.take(message));
  post({ type: 'ready', backend: name, reason });
  await scheduler.run();
} catch (error) {
  post({ type: 'failed', error: errorToWire(error) });
}
