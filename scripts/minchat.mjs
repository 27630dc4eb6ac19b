// npm run minchat -- COMMAND: the minchat command, its dependencies installed when they are missing.
import { join } from 'node:path';
import { ensureDependencies, ensureNative, ensureNatsServer, ensureStudio, node24, root, runAttached } from './setup.mjs';

const args = process.argv.slice(2);
ensureDependencies();
const command = args.find((arg) => !arg.startsWith('-'));
// A run goes to the system that NATS_URL names, and starts none.
const starts = (command === 'up' || (command === 'run' && !process.env.NATS_URL)) && !args.some((arg) => ['--help', '-h'].includes(arg));
if (starts) {
  // Sources may have changed since what is there was made of them.
  ensureNative();
  ensureStudio();
  if (!process.env.NATS_URL) ensureNatsServer();
}
process.exit(await runAttached(node24, [join(root, 'libs/cli/src/main.ts'), ...args]));
