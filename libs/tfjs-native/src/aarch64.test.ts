// The portable kernels on the other processor that they are for: cross-compiled, and run in an emulator
// where this machine has both (on Debian: apt-get install g++-aarch64-linux-gnu qemu-user).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = 'aarch64-linux-gnu-g++';
const able = [compiler, 'qemu-aarch64'].every((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);
if (!able) process.stderr.write(`left out: the portable kernels on aarch64: needs ${compiler} and qemu-aarch64\n`);

test.skipIf(!able)('the portable kernels compute the same on aarch64', () => {
  const folder = mkdtempSync(join(tmpdir(), 'minchat-aarch64-'));
  try {
    const [object, program] = [join(folder, 'kernels.o'), join(folder, 'kernels')];
    const run = (command: string, ...args: string[]): string => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
      expect(status, stdout + stderr).toBe(0);
      return stdout;
    };
    run(compiler, '-std=c++17', '-O2', '-fno-math-errno', '-ffp-contract=fast', '-DISA=portable', '-DVB=16', '-c', 'native/kernels.cc', '-o', object);
    const sources = ['tests/kernels', 'dispatch', 'memory', 'pack_cache', 'stages', 'threads'].map((name) => `native/${name}.cc`);
    run(compiler, '-static', '-std=c++17', '-O1', '-Inative', '-DEACH_SET(USE)=USE(portable)', ...sources, object, '-o', program, '-lpthread');
    expect(run('qemu-aarch64', program)).toContain('portable: 0 differences');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);
