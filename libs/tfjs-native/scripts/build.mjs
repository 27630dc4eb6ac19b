// Builds build/minchat_native.node with the machine's own C++ compiler: one object per instruction
// set, then one library. Runs at install, under whatever Node that is.
//
//   node scripts/build.mjs [--strict] [--sanitize] [--output FOLDER]
//
// Without a compiler it says so and ends well, since minchat then computes with WebAssembly; a library
// of these very sources goes on serving.
// --strict makes it an error when there is a compiler and the build fails. --sanitize builds for the
// tests, with AddressSanitizer and UBSan and with the emulation of AMX, into build/sanitized.
//
// The library appears whole or not at all: it is made in a folder of its own and renamed. Beside it
// lies the digest of all that it was made from; one made from anything else is built again, and is
// removed if that fails, since it would not fit the TypeScript that calls it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { takeLock } from '../../../scripts/lock.mjs';

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));
const { values: options } = parseArgs({ options: { strict: { type: 'boolean' }, sanitize: { type: 'boolean' }, output: { type: 'string' } } });
const native = join(root, 'native');
const output = resolve(options.output ?? join(root, 'build', options.sanitize ? 'sanitized' : ''));
const library = join(output, 'minchat_native.node');
const stamp = `${library}.digest`;
const lock = join(output, 'lock');
// As elsewhere, CXX may have arguments: "ccache g++".
const [compiler = '', ...wrapped] = (process.env.CXX || 'g++').split(/\s+/);

/** Ends well although nothing was built. */
function leaveOut(reason) {
  console.log(`tfjs-native: not built: ${reason}. minchat computes with WebAssembly instead.`);
  process.exit(0);
}

if (platform() === 'win32') leaveOut('Windows is not supported');
if (!existsSync(native)) leaveOut('its sources are missing');
const sources = digestOfSources();
const [builtFrom] = existsSync(library) && existsSync(stamp) ? readFileSync(stamp, 'utf8').split(' ') : [];
const version = spawnSync(compiler, [...wrapped, '--version'], { encoding: 'utf8' });
if (version.status !== 0) {
  // The library of these sources goes on serving.
  if (builtFrom === sources) process.exit(0);
  removeLibrary();
  leaveOut(`no C++ compiler (${process.env.CXX || 'g++'}); on Debian: apt-get install g++`);
}
let headers;
try {
  headers = createRequire(import.meta.url)('node-api-headers').include_dir;
} catch {
  leaveOut('the package node-api-headers is missing');
}

const sanitizers = options.sanitize ? ['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-fno-omit-frame-pointer'] : [];
const common = ['-std=c++17', '-fPIC', ...(options.sanitize ? ['-O1', '-g1'] : ['-O3']), ...sanitizers, '-fno-math-errno', '-fno-trapping-math', '-ffp-contract=fast', '-fvisibility=hidden', '-Wall', '-Wextra', '-DNAPI_VERSION=8', `-I${headers}`];
const avx512 = ['-DVB=64', '-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq', '-mfma'];
const bf16 = [...avx512, '-mavx512bf16', '-DHAVE_BF16'];
// The fastest first, what is only for tests last. What this compiler does not know is left out.
const sets = Object.fromEntries(Object.entries({
  ...(arch() === 'x64' && {
    // Sanitizers do not see what tile instructions read and write: the emulation stands in.
    ...(options.sanitize ? {} : { amx_bf16: [...bf16, '-mamx-tile', '-mamx-bf16', '-DHAVE_AMX'] }),
    avx512_bf16: bf16,
    avx512,
    avx2: ['-DVB=32', '-mavx2', '-mfma'],
  }),
  portable: ['-DVB=16'],
  ...(arch() === 'x64' && options.sanitize && { amx_emulated: [...bf16, '-DHAVE_AMX', '-DEMULATE_AMX'] }),
}).filter(([, flags]) => spawnSync(compiler, [...wrapped, ...flags, '-E', '-x', 'c++', '/dev/null'], { stdio: 'ignore' }).status === 0));
const jobs = [
  ...Object.entries(sets).map(([set, flags]) => ({ source: 'kernels.cc', object: `kernels_${set}.o`, flags: [`-DISA=${set}`, ...flags] })),
  { source: 'dispatch.cc', object: 'dispatch.o', flags: [`-DEACH_SET(USE)=${Object.keys(sets).map((set) => `USE(${set})`).join(' ')}`] },
  ...['amx_permission', 'binding', 'memory', 'pack_cache', 'stages', 'threads'].map((name) => ({ source: `${name}.cc`, object: `${name}.o`, flags: [] })),
];

function digestOfSources() {
  const hash = createHash('sha256').update(readFileSync(script)).update(process.arch);
  const files = readdirSync(native, { recursive: true }).map(String).filter((file) => !file.startsWith('tests')).sort();
  for (const file of files.filter((name) => statSync(join(native, name)).isFile())) hash.update(file).update(readFileSync(join(native, file)));
  return hash.digest('hex');
}
function removeLibrary() {
  rmSync(library, { force: true });
  rmSync(stamp, { force: true });
}
const wanted = `${sources} ${createHash('sha256').update(version.stdout).update(process.env.CXX ?? '').digest('hex')}`;
const isThere = () => existsSync(library) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;

function compile(folder, { source, object, flags }) {
  return new Promise((resolve, reject) => {
    // Sources by their names alone: some assemblers do not take every path that they are told to mention, as one with a semicolon.
    const child = spawn(compiler, [...wrapped, ...common, ...flags, '-c', source, '-o', join(folder, object)], { cwd: native, stdio: ['ignore', 'inherit', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`the compiler failed on ${object}:\n${firstErrors(errors)}`))));
  });
}

/** Of what a compiler says what keeps it from going on: warnings may come before, by the hundred. */
function firstErrors(text) {
  const lines = text.split('\n');
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 20).join('\n');
}

async function build(folder) {
  const queue = [...jobs];
  const failures = [];
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 8) }, async () => {
    for (let job = queue.shift(); job && failures.length === 0; job = queue.shift()) await compile(folder, job).catch((error) => failures.push(error));
  }));
  if (failures.length > 0) throw failures[0];
  const made = join(folder, 'minchat_native.node');
  const link = spawnSync(compiler, [...wrapped, '-shared', ...(platform() === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []), ...sanitizers, ...jobs.map((job) => join(folder, job.object)), '-o', made, '-lpthread'], { encoding: 'utf8' });
  if (link.status !== 0) throw new Error(`linking failed:\n${link.stderr}`);
  renameSync(made, library);
  writeFileSync(stamp, wanted);
}

if (isThere()) process.exit(0);
try {
  mkdirSync(output, { recursive: true });
  // One build at a time in a folder; who waited finds the library there.
  takeLock(lock);
} catch (error) {
  leaveOut(`cannot write to ${output} (${error.code})`);
}
let folder;
try {
  if (!isThere()) {
    for (const left of readdirSync(output).filter((name) => name.startsWith('making-'))) rmSync(join(output, left), { recursive: true, force: true });
    folder = mkdtempSync(join(output, 'making-'));
    await build(folder);
    console.log(`tfjs-native: built for ${Object.keys(sets).join(', ')}`);
  }
} catch (error) {
  removeLibrary();
  console.log(`tfjs-native: not built: ${error.message}\nminchat computes with WebAssembly instead.`);
  process.exitCode = options.strict ? 1 : 0;
} finally {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  rmSync(lock, { force: true });
}
