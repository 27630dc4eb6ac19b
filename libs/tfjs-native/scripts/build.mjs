// Builds build/minchat_native.node with the machine's own C++ compiler: one object per instruction
// set, then one library. Runs at install, under whatever Node that is. Without a compiler it says
// so and ends well, since minchat then computes with WebAssembly; --strict makes that an error,
// --sanitize builds with AddressSanitizer and UBSan into build/sanitized.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { arch, availableParallelism, platform } from 'node:os';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const strict = process.argv.includes('--strict');
const sanitize = process.argv.includes('--sanitize');
const output = join(root, 'build', sanitize ? 'sanitized' : '');
const library = join(output, 'minchat_native.node');
const compiler = process.env.CXX ?? 'g++';

function giveUp(reason) {
  console.log(`tfjs-native: not built: ${reason}. minchat computes with WebAssembly instead.`);
  process.exit(strict ? 1 : 0);
}

if (platform() === 'win32') giveUp('Windows is not supported');
if (spawnSync(compiler, ['--version']).status !== 0) giveUp(`no C++ compiler (${compiler}); on Debian: apt-get install g++`);

let headers;
try {
  headers = createRequire(import.meta.url)('node-api-headers').include_dir;
} catch {
  giveUp('the package node-api-headers is missing');
}

const native = join(root, 'native');
const sources = readdirSync(native, { recursive: true }).map((file) => join(native, String(file)));
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs), statSync(fileURLToPath(import.meta.url)).mtimeMs);
if (existsSync(library) && statSync(library).mtimeMs > newest) process.exit(0);

mkdirSync(output, { recursive: true });
const common = ['-std=c++17', '-fPIC', '-O3', '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=fast', '-fvisibility=hidden', '-Wall', '-Wextra', '-DNAPI_VERSION=8', `-I${headers}`,
  ...(sanitize ? ['-g', '-O1', '-fsanitize=address,undefined', '-fno-omit-frame-pointer'] : [])];
const avx512 = ['-DVB=64', '-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma'];
const kernels = { portable: ['-DVB=16'] };
if (arch() === 'x64') {
  kernels.avx2 = ['-DVB=32', '-mavx2', '-mfma'];
  kernels.avx512 = avx512;
  kernels.avx512_bf16 = [...avx512, '-mavx512bf16', '-DHAVE_BF16'];
}
const jobs = [
  ...Object.entries(kernels).map(([set, flags]) => ({ source: 'kernels.cc', object: `kernels_${set}.o`, flags: [`-DISA=${set}`, ...flags] })),
  ...['binding', 'dispatch', 'memory', 'pack_cache', 'threads'].map((name) => ({ source: `${name}.cc`, object: `${name}.o`, flags: [] })),
];

function compile({ source, object, flags }) {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, [...common, ...flags, '-c', join(native, source), '-o', join(output, object)], { stdio: ['ignore', 'inherit', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(errors.split('\n').slice(0, 20).join('\n')))));
  });
}

try {
  const queue = [...jobs];
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, async () => {
    for (let job = queue.shift(); job; job = queue.shift()) await compile(job);
  }));
} catch (error) {
  giveUp(`the compiler failed:\n${error.message}`);
}
const temporary = `${library}.${process.pid}`;
const link = spawnSync(compiler, ['-shared', ...(platform() === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []), ...(sanitize ? ['-fsanitize=address,undefined'] : []),
  ...jobs.map((job) => join(output, job.object)), '-o', temporary, '-lpthread'], { encoding: 'utf8' });
if (link.status !== 0) giveUp(`linking failed:\n${link.stderr}`);
// Whole or not at all: another process may be loading it.
renameSync(temporary, library);
console.log(`tfjs-native: built for ${Object.keys(kernels).join(', ')}`);
