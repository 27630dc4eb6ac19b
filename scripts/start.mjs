// npm start: sets up what is missing, runs the quickstart, and stays up for chat.
//   npm start -- --exit --report out.json --seed 7     (everything that `minchat run` takes)
import { join } from 'node:path';
import { ensureDependencies, ensureNative, ensureNatsServer, ensureStudio, node24, root, runAttached } from './setup.mjs';

ensureDependencies();
const native = ensureNative();
ensureStudio();
if (!process.env.NATS_URL) ensureNatsServer();
// The time that the native backend wins goes into a better base model: all in all it takes four to six minutes.
const longer = native ? ['--set', `pretrain.steps=${native.bf16 ? 10_000 : 8000}`] : [];
const args = [join(root, 'libs/cli/src/main.ts'), 'run', join(root, 'examples/quickstart.yaml'), ...longer, ...process.argv.slice(2)];
process.exit(await runAttached(node24, args));
