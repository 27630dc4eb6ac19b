// scripts/build.mjs where something is missing, fails or happens twice. The compilers here are shell
// scripts that write what they are asked for: how the kernels compile is not looked at.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../scripts/build.mjs', import.meta.url));
let folder: string;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minchat-build-'));
  output = join(folder, 'build');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A compiler that writes a line to a log for every object, then does `after`, then writes the object. */
function compiler(after = ''): string {
  const path = join(folder, 'cc');
  writeFileSync(path, `#!/bin/sh
[ "$1" = --version ] && { echo a compiler; exit 0; }
while [ $# -gt 0 ]; do [ "$1" = -E ] && exit 0; [ "$1" = -o ] && object=$2; shift; done
echo "$object" >> ${folder}/log
${after}
echo something > "$object"
`);
  chmodSync(path, 0o755);
  return path;
}

async function run(args: string[], env: NodeJS.ProcessEnv): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, args, { cwd: fileURLToPath(new URL('..', import.meta.url)), env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, text };
}

const build = (args: string[], env: NodeJS.ProcessEnv): ReturnType<typeof run> => run([script, '--output', output, ...args], { PATH: process.env['PATH'], ...env });

const compiled = (): number => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8').split('\n').length - 1 : 0);

describe('the build of the addon', () => {
  test('without a compiler gives a notice and ends well', async () => {
    const { code, text } = await build(['--strict'], { PATH: '', CXX: '' });
    expect(code, text).toBe(0);
    expect(text).toContain('no C++ compiler (g++)');
    expect(text).toContain('minchat computes with WebAssembly instead');
    expect(existsSync(output)).toBe(false);
  });

  test('without a compiler goes on with the library of these sources, and removes one of others', async () => {
    await build([], { CXX: `env ${compiler()}` });
    expect(await build([], { PATH: '' })).toEqual({ code: 0, text: '' });
    expect(readdirSync(output).sort()).toEqual(['minchat_native.node', 'minchat_native.node.digest']);
    writeFileSync(join(output, 'minchat_native.node.digest'), 'of older sources');
    expect((await build([], { PATH: '' })).text).toContain('no C++ compiler (g++)');
    expect(readdirSync(output)).toEqual([]);
  });

  test('that has not happened makes WebAssembly serve', async () => {
    const program = "const { startBackend } = await import('@minchat/model'); const { name, reason } = await startBackend('auto'); console.log(name, reason); process.exit();";
    const { code, text } = await run(['--input-type=module', '--eval', program], { PATH: process.env['PATH'], MINCHAT_NATIVE_BUILD: 'build/not-there' });
    expect(code, text).toBe(0);
    expect(text).toMatch(/^wasm .*no native: its addon was not built on this machine/m);
  });

  test('appears whole, once, and again when anything it is made from changes', async () => {
    const first = await build([], { CXX: compiler() });
    expect(first.text).toContain('built for');
    expect(readdirSync(output).sort()).toEqual(['minchat_native.node', 'minchat_native.node.digest']);
    const once = compiled();
    expect(await build([], { CXX: compiler() })).toEqual({ code: 0, text: '' });
    expect(compiled()).toBe(once);
    writeFileSync(join(output, 'minchat_native.node.digest'), 'of older sources');
    await build([], { CXX: compiler() });
    expect(compiled()).toBe(2 * once);
  });

  test('that fails half-way leaves nothing behind, an outdated library least of all', async () => {
    await build([], { CXX: compiler() });
    writeFileSync(join(output, 'minchat_native.node.digest'), 'of older sources');
    // What is wrong may stand behind any number of warnings.
    const failing = compiler('case "$object" in *threads*) seq -f "threads.cc:%g: warning: odd" 50 >&2; echo "threads.cc:51: error: no such thing" >&2; exit 1;; esac');
    const { code, text } = await build([], { CXX: failing });
    expect(code, text).toBe(0);
    expect(text).toContain('error: no such thing');
    expect(readdirSync(output)).toEqual([]);
    expect((await build(['--strict'], { CXX: failing })).code).toBe(1);
  });

  test('by two at once is made by one', async () => {
    const slow = compiler('sleep 0.1');
    const [one, two] = await Promise.all([build([], { CXX: slow }), build([], { CXX: slow })]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect([one.text, two.text].filter((text) => text.includes('built for')).length).toBe(1);
    const objects = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n').map((path) => path.replace(/.*\//, ''));
    expect(new Set(objects).size).toBe(objects.length);
  });

  test('takes over from a builder that died', async () => {
    await build([], { CXX: compiler('case "$object" in *threads*) kill -9 $PPID;; esac; sleep 0.2') });
    expect(readdirSync(output)).toContain('lock');
    expect((await build([], { CXX: compiler() })).text).toContain('built for');
    expect(readdirSync(output).sort()).toEqual(['minchat_native.node', 'minchat_native.node.digest']);
  });

  test('where nothing can be written gives a notice and ends well', async () => {
    writeFileSync(join(folder, 'build'), 'a file where the folder would be');
    const { code, text } = await build([], { CXX: compiler() });
    expect(code, text).toBe(0);
    expect(text).toContain('cannot write to');
  });
});
