// The kernel tests once more on a build with AddressSanitizer and UBSan, which has an instruction set
// more: the emulation of AMX. In a process of their own, since the sanitizer's runtime must be loaded
// before everything else. And the thread pool under ThreadSanitizer, in a program of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadAddon } from './addon.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = process.env['CXX'] ?? 'g++';

/** The compiler's own copy of a runtime library; undefined where there is none. */
function runtime(name: string): string | undefined {
  const path = spawnSync(compiler, [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout?.trim();
  return path !== undefined && path.includes('/') && existsSync(path) ? path : undefined;
}

/** Says why tests are left out. */
function lacking(what: string, path: string | undefined): boolean {
  if (path === undefined) process.stderr.write(`left out: ${what}: ${compiler} lacks the runtime\n`);
  return path === undefined;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 2 ** 26 });
  return { status, text: `${stdout}\n${stderr}` };
}

const asan = runtime('libasan.so');
describe.skipIf(lacking('kernels under AddressSanitizer and UBSan', asan) || loadAddon() === undefined)('AddressSanitizer and UBSan', () => {
  test('find nothing in the kernels', () => {
    const built = run(process.execPath, ['scripts/build.mjs', '--sanitize', '--strict']);
    expect(built.status, built.text).toBe(0);
    const vitest = fileURLToPath(new URL('../vitest.mjs', import.meta.resolve('vitest')));
    // Leaks are not looked for: Node itself leaves much to the end of the process. All takes many times as long.
    const { status, text } = run(process.execPath, [vitest, 'run', '--config', '../../vitest.config.ts', '--root', '.', '--testTimeout', '300000', 'src/kernels.test.ts', 'src/extremes.test.ts', 'src/sampling.test.ts', 'src/read-tokens.test.ts'], {
      LD_PRELOAD: asan,
      ASAN_OPTIONS: 'detect_leaks=0',
      UBSAN_OPTIONS: 'print_stacktrace=1',
      MINCHAT_NATIVE_BUILD: 'build/sanitized',
      MINCHAT_TEST_RESULTS: '0',
    });
    expect(status, text.slice(-8000)).toBe(0);
    expect(text).toContain('amx_emulated');
    expect(text).not.toContain('runtime error');
  }, 1_800_000);
});

describe.skipIf(lacking('the thread pool under ThreadSanitizer', runtime('libtsan.so')))('ThreadSanitizer', () => {
  test('finds nothing in the thread pool', () => {
    const folder = mkdtempSync(join(tmpdir(), 'minchat-tsan-'));
    try {
      const program = join(folder, 'threads');
      const built = run(compiler, ['-std=c++17', '-g', '-O1', '-fsanitize=thread', 'native/tests/threads.cc', 'native/threads.cc', 'native/stages.cc', '-Inative', '-o', program, '-lpthread']);
      expect(built.status, built.text).toBe(0);
      // Not with random addresses: GCC 12's runtime does not know all that newer kernels choose.
      const { status, text } = run('setarch', ['-R', program]);
      expect(status, text).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);
});
