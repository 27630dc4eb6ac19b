// npm start: sets up what is missing, runs the quickstart, and stays up for chat.
//   npm start -- --exit --report out.json --seed 7     (everything that `minchat run` takes)
import { join } from 'node:path';
import { ensureDependencies, ensureNative, ensureNatsServer, ensureStudio, node24, root, runAttached } from './setup.mjs';

ensureDependencies();
ensureNative();
ensureStudio();
if (!process.env.NATS_URL) ensureNatsServer();
const args = [join(root, 'libs/cli/src/main.ts'), 'run', join(root, 'examples/quickstart.yaml'), ...process.argv.slice(2)];
process.exit(await runAttached(node24, args));
