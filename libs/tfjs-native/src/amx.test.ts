// The product in AMX tiles as the compiler made it: native/tests/amx.cc runs the processor's own tile
// instructions, or does what they say where the processor has none, and compares every bit with the
// emulation that the kernel tests run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadAddon } from './addon.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = process.env['CXX'] ?? 'g++';
const avx512 = ['-O2', '-std=c++17', '-ffp-contract=fast', '-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma', '-mavx512bf16', '-Inative'];
const amx = ['-mamx-tile', '-mamx-bf16'];

const here = loadAddon()?.information().instructionSets.includes('avx512_bf16') === true;
const able = here && spawnSync(compiler, [...amx, '-E', '-x', 'c++', '/dev/null'], { stdio: 'ignore' }).status === 0;
if (!able) process.stderr.write('left out: the AMX product: needs a compiler that knows AMX and a processor with AVX512-bf16\n');

test.skipIf(!able)('tile instructions give the bits of their emulation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'minchat-amx-'));
  try {
    const compile = (...args: string[]): void => {
      const { status, stderr } = spawnSync(compiler, [...avx512, ...args], { cwd: root, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    };
    const [own, emulated, program] = ['own.o', 'emulated.o', 'amx'].map((name) => join(folder, name)) as [string, string, string];
    const product = ['-DVB=64', '-DHAVE_BF16', '-DHAVE_AMX', '-c', 'native/tests/amx_product.cc'];
    compile(...product, '-DISA=amx_bf16', ...amx, '-o', own);
    compile(...product, '-DISA=amx_emulated', '-DEMULATE_AMX', '-o', emulated);
    compile('native/tests/amx.cc', 'native/amx_permission.cc', 'native/memory.cc', 'native/threads.cc', own, emulated, '-o', program, '-lpthread');
    const { status, stdout, stderr } = spawnSync(program, { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('the same bits');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
