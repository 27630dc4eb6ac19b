// npm run minchat -- COMMAND: the minchat command, its dependencies installed when they are missing.
import { join } from 'node:path';
import { ensureDependencies, ensureNatsServer, ensureStudio, node24, root, runAttached } from './setup.mjs';

const args = process.argv.slice(2);
ensureDependencies();
const startsNats = ['up', 'run'].includes(args.find((arg) => !arg.startsWith('-')) ?? '') && !args.some((arg) => ['--help', '-h'].includes(arg));
if (startsNats) ensureStudio();
if (startsNats && !process.env.NATS_URL) ensureNatsServer();
process.exit(await runAttached(node24, [join(root, 'libs/cli/src/main.ts'), ...args]));
