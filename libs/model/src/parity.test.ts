import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodes } from '@minchat/errors';
import { expect, test } from 'vitest';
import { formatParity, runParity } from './parity.ts';

// Numbers from float64 PyTorch, in `shared/reference` beside the repository where it is there.
const folder = join(import.meta.dirname, '../../../../shared/reference');
const there = existsSync(folder);
if (!there) process.stderr.write(`left out: parity with ${folder}, which does not exist\n`);

test.skipIf(!there).each(['cpu', 'wasm'])('%s agrees with the reference', async (backend) => {
  const parity = await runParity(folder, backend);
  expect(parity.ok, formatParity(parity)).toBe(true);
  expect(parity.files.length).toBe(8);
});

// In processes of their own: what these backends load into a process stays in it.
test.skipIf(!there).each(['native', 'webgpu'])('%s agrees with the reference, where it runs', { timeout: 300_000 }, async (backend) => {
  const command = join(import.meta.dirname, 'parity-main.ts');
  const child = spawn(process.execPath, [command, folder, '--backend', backend], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, MINCHAT_MATMUL: 'fp32' } });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === errorCodes.MC_BACKEND_UNAVAILABLE.exit) process.stderr.write(`left out: parity on ${backend}, which does not start on this machine\n`);
  else expect(code, printed).toBe(0);
});

test.skipIf(!there)('a wrong number is a miss, and told', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'minchat-parity-'));
  await cp(folder, copy, { recursive: true });
  const schedule = JSON.parse(await readFile(join(copy, 'schedule.json'), 'utf8'));
  schedule.lr[7] += 1e-8;
  await rm(join(copy, 'schedule.json'), { force: true });
  await writeFile(join(copy, 'schedule.json'), JSON.stringify(schedule));
  await rm(join(copy, 'ppo.json'), { force: true });
  const parity = await runParity(copy, 'wasm');
  expect(parity.ok).toBe(false);
  expect(parity.files.filter(({ ok }) => !ok).map(({ file }) => file)).toEqual(['ppo.json', 'schedule.json']);
  expect(formatParity(parity)).toContain('MISS  schedule.json');
  await rm(copy, { recursive: true, force: true });
});
