// A process that reads a stream until it is killed; it tells its parent when the first part came.
import { rpc } from './rpc-table.ts';
import { testBus } from './test-bus.ts';

const bus = await testBus(process.argv[2] ?? '');
const model = { kind: 'model', digest: `sha256:${'a'.repeat(64)}`, size: 1 };
for await (const { text } of bus.stream(rpc.generate, { requestId: 'child', model, text: 'x' })) {
  if (text === '0') process.send?.('reading');
}
