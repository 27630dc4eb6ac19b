// node libs/model/src/parity-main.ts DIR [--backend B] [--json]
import { parseArgs } from 'node:util';
import { MinchatError, errorCodes, toMinchatError } from '@minchat/errors';
import { formatParity, runParity } from './parity.ts';

try {
  const { folder, backend, json } = readArguments();
  const parity = await runParity(folder, backend);
  process.stdout.write(`${json ? JSON.stringify(parity, null, 2) : formatParity(parity)}\n`);
  process.exitCode = parity.ok ? 0 : 1;
} catch (error) {
  const { code, message, hint } = toMinchatError(error);
  process.stderr.write(`${code}: ${message}\n${hint}\n`);
  process.exitCode = errorCodes[code].exit;
}

function readArguments(): { folder: string; backend: string | undefined; json: boolean } {
  try {
    const { values, positionals } = parseArgs({ options: { backend: { type: 'string' }, json: { type: 'boolean' } }, allowPositionals: true });
    const [folder] = positionals;
    if (folder === undefined || positionals.length > 1) throw new Error('expected one folder');
    return { folder, backend: values.backend, json: values.json ?? false };
  } catch (cause) {
    throw new MinchatError('MC_USAGE', (cause as Error).message, { hint: 'usage: npm run parity -- DIR [--backend auto|tensorflow|native|webgpu|wasm|cpu] [--json]', cause });
  }
}
