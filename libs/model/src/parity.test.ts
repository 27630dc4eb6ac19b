import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodes } from '@minchat/errors';
import { expect, test } from 'vitest';
import { formatParity, runParity } from './parity.ts';

// Numbers from float64 PyTorch: of decoders here, and what is in `shared/reference` beside the repository where it is there.
const decoders = join(import.meta.dirname, '../reference');
const folder = join(import.meta.dirname, '../../../../shared/reference');
const there = existsSync(folder);
if (!there) process.stderr.write(`left out: parity with ${folder}, which does not exist\n`);
const folders = there ? [decoders, folder] : [decoders];

const cases = (...backends: string[]): { backend: string; name: string; reference: string }[] => backends.flatMap((backend) => folders.map((reference) => ({ backend, name: reference === folder ? 'shared/reference' : 'libs/model/reference', reference })));

test.each(cases('cpu', 'wasm'))('$backend agrees with $name', { timeout: 60_000 }, async ({ backend, reference }) => {
  const parity = await runParity(reference, backend);
  expect(parity.ok, formatParity(parity)).toBe(true);
  expect(parity.files.length).toBe(8);
});

// In processes of their own: what these backends load into a process stays in it.
test.each(cases('native', 'webgpu'))('$backend agrees with $name, where it runs', { timeout: 600_000 }, async ({ backend, reference }) => {
  const command = join(import.meta.dirname, 'parity-main.ts');
  const child = spawn(process.execPath, [command, reference, '--backend', backend], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, MINCHAT_MATMUL: 'fp32' } });
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

test('a gradient that is wrong under the name of the file is a miss, and nothing to compare an error', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'minchat-parity-'));
  await expect(runParity(copy, 'wasm')).rejects.toMatchObject({ code: 'MC_DATA_INVALID' });
  await cp(join(decoders, 'qwen2'), copy, { recursive: true });
  expect((await runParity(copy, 'wasm')).files).toMatchObject([{ file: 'forward.json', ok: true }, { file: 'greedy.json', ok: true }]);
  const forward = JSON.parse(await readFile(join(copy, 'forward.json'), 'utf8'));
  forward.grad_first8['model.layers.1.self_attn.k_proj.bias'][3] += 0.1;
  await writeFile(join(copy, 'forward.json'), JSON.stringify(forward));
  const { files } = await runParity(copy, 'wasm');
  expect(files).toMatchObject([{ file: 'forward.json', ok: false, worst: { what: 'grad_first8.model.layers.1.self_attn.k_proj.bias' } }, { file: 'greedy.json', ok: true }]);
  await rm(copy, { recursive: true, force: true });
});
