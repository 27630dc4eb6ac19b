// What a fresh machine lacks: dependencies, Node 24 (one of them), nats-server.
// Plain JavaScript that runs on Node 20 without node_modules.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The Node 24 that the npm package `node` brings. */
export const node24 = join(root, 'node_modules', 'node', 'bin', 'node');

const setupLock = join(root, 'node_modules', '.setup-lock');
/** There as long as npm is at work, and when it was killed in it. */
const installing = join(root, 'node_modules', '.installing');

/** Ends the process with an error of the table in docs/errors.md. */
function fail(code, message, hint, exit) {
  console.error(`${code}: ${message}\n${hint}`);
  process.exit(exit);
}

/** What setting up says goes to standard error: the output is that of the command that it is for. */
const toStderr = ['ignore', 2, 2];

function step(command, args, options = {}) {
  console.error(`> ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { cwd: root, stdio: toStderr, ...options });
}

/** Makes what is not there, one start of this checkout at a time: who waited finds it made. */
function makeOnce(isThere, make) {
  if (isThere()) return;
  let locked = false;
  try {
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    takeLock(setupLock, (pid) => console.error(`Waiting for another start that sets up this checkout, process ${pid}. If it is none, remove ${setupLock}.`));
    locked = true;
  } catch {
    // Where nothing can be written, what makes it says so.
  }
  if (!isThere()) make();
  if (locked) rmSync(setupLock, { force: true });
}

const packagesOf = (path) => JSON.parse(readFileSync(path, 'utf8')).packages;
const wantedPackages = () => packagesOf(join(root, 'package-lock.json'));

/** Whether node_modules holds what package-lock.json asks for. */
export function dependenciesAreThere() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed) || !existsSync(node24) || existsSync(installing)) return false;
  const have = packagesOf(installed);
  return Object.entries(wantedPackages()).every(([path, wanted]) => {
    if (!path.includes('node_modules/')) return true;
    const found = have[path];
    // Optional packages of other platforms are in the lock file only.
    return found === undefined ? wanted.optional === true || wanted.devOptional === true || wanted.peer === true : wanted.link === true || found.version === wanted.version;
  });
}

/** npm takes a package that was half unpacked for one that is there: behind a killed one everything is unpacked again. */
function removePackages() {
  const folder = 'node_modules/';
  const folders = new Set(Object.keys(wantedPackages()).filter((path) => path.includes(folder)).map((path) => path.slice(0, path.indexOf(folder) + folder.length)));
  for (const path of [...folders].map((name) => join(root, name)).filter((name) => existsSync(name))) {
    for (const name of readdirSync(path)) if (join(path, name) !== setupLock) rmSync(join(path, name), { recursive: true, force: true });
  }
}

/** Where npm is to keep what it fetches if it cannot write in its own folder: the users of services have no home. */
function otherCache() {
  const usual = process.env.npm_config_cache || join(homedir(), '.npm');
  try {
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return {};
  } catch {
    return { npm_config_cache: join(root, 'node_modules', '.npm-cache') };
  }
}

/** Installs dependencies unless node_modules has them. */
export function ensureDependencies() {
  makeOnce(dependenciesAreThere, installDependencies);
}

function installDependencies() {
  if (existsSync(installing)) removePackages();
  try {
    writeFileSync(installing, '');
  } catch {
    // npm says why.
  }
  // Not `npm ci`: it insists on the optional packages of every platform, which a lock file made
  // behind a partial mirror lacks. This takes the locked versions too, and leaves the lock file alone.
  // Whatever npm is told elsewhere: everything runs from its sources, so what builds and tests is needed where NODE_ENV is
  // production, too; packages for this platform are optional ones; and it is Node 24 that they run on, not the one that
  // npm does and would warn of.
  const include = ['dev', 'optional', 'peer'].map((kind) => `--include=${kind}`);
  const args = ['install', ...include, '--engine-strict=false', '--package-lock', '--global=false', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  // Not with node_modules/.bin in PATH, where npm run puts it: its `node` appears while npm works.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith(join('node_modules', '.bin')));
  const options = { env: { ...process.env, ...otherCache(), PATH: path.join(delimiter) } };
  // Once more: a registry's hiccup is over soon, and what was fetched is kept.
  const npm = () => step('npm', args, options).status;
  const status = npm() === 0 ? 0 : npm();
  if (status !== null) rmSync(installing, { force: true });
  if (status !== 0) fail('MC_INTERNAL', 'npm install failed', 'Look at its messages above; a network that reaches the npm registry is needed once.', 70);
  const { status: works } = spawnSync(node24, ['--version'], { stdio: 'ignore' });
  if (works !== 0) fail('MC_INTERNAL', `${node24} does not run`, 'Let npm run install scripts (`npm config get ignore-scripts` tells whether it may), remove node_modules and try again.', 70);
}

/** Builds the studio's pages unless they are as new as their sources. The API works without them. */
export function ensureStudio() {
  const folder = join(root, 'libs', 'web');
  const built = join(folder, 'dist', 'index.html');
  const files = (path) => readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  // Of other packages the pages take these two.
  const sources = [...['web', 'config', 'datasets'].flatMap((name) => files(join(root, 'libs', name, 'src'))), ...files(join(root, 'examples')), ...['index.html', 'package.json', 'vite.config.ts'].map((name) => join(folder, name))];
  const isThere = () => existsSync(built) && sources.every((path) => statSync(path).mtimeMs <= statSync(built).mtimeMs);
  makeOnce(isThere, () => {
    const { status } = step(node24, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error'], { cwd: folder });
    if (status !== 0) console.error(`The studio could not be built; ${existsSync(built) ? 'an older one is served' : 'the API alone is served'}.`);
  });
}

/** Builds the native backend unless it is there, of the sources as they are. Without a compiler it says so, and WebAssembly serves. Returns what it can do here, where it is the one that computes. */
export function ensureNative() {
  spawnSync(node24, [join(root, 'libs', 'tfjs-native', 'scripts', 'build.mjs')], { cwd: root, stdio: toStderr });
  if (!['auto', 'native'].includes(process.env.MINCHAT_BACKEND || 'auto')) return undefined;
  const ask = "import { loadAddon } from './libs/tfjs-native/src/addon.ts'; console.log(JSON.stringify(loadAddon()?.information() ?? null));";
  const { status, stdout } = spawnSync(node24, ['--input-type=module', '--eval', ask], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  // What keeps it from loading, the services say when they start.
  return status === 0 ? (JSON.parse(stdout) ?? undefined) : undefined;
}

export function findNatsServer() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/bin', '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, 'nats-server')).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Installs nats-server by Debian's package manager when it can, else says how to get it. */
export function ensureNatsServer() {
  if (findNatsServer() !== undefined) return;
  const debian = existsSync('/usr/bin/apt-get') && process.getuid?.() === 0;
  if (debian) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    step('apt-get', ['update', '-qq'], { env });
    step('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'nats-server'], { env });
    if (findNatsServer() !== undefined) return;
  }
  const hint = 'Install it (`sudo apt-get install nats-server`, `brew install nats-server`, or from https://github.com/nats-io/nats-server/releases), or set NATS_URL to a server that runs.';
  fail('MC_NATS_UNAVAILABLE', 'found no nats-server in PATH, and could not install it', hint, 69);
}

/**
 * Runs a program with this terminal and hands signals on; resolves with its exit code. The scripts in package.json
 * `exec` whoever calls it: a shell between npm and us would end by what npm hands on, and tell us nothing.
 */
export function runAttached(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
  // Ctrl-C reaches the child by itself, being of the same group: here it is only not to end us first.
  const ignore = () => undefined;
  // What a hang-up means to it the child knows.
  const pass = (signal) => child.kill(signal);
  process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(String(error));
      resolve(70);
    });
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 70));
    });
  });
}

/** The environment in which programs of node_modules are found, Node 24 before all. */
export function toolEnv() {
  return { ...process.env, PATH: [join(root, 'node_modules', 'node', 'bin'), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
}

// As a program it only sets up.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensureDependencies();
  ensureNatsServer();
}
