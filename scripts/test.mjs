// npm test: sets up what is missing, then contracts, types, lint, the tests of every package and the
// system tests. Ends with a line "N passed, N failed" over all of them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, ensureNatsServer, root, toolEnv } from './setup.mjs';

ensureDependencies();
ensureNatsServer();

// Where vitest.config.ts has each package write its results.
const resultFile = join('dist', 'test-results.json');
const packages = ['libs', 'services'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name))).concat(join(root, 'test'));
for (const folder of packages) rmSync(join(folder, resultFile), { force: true });

const env = { ...toolEnv(), NX_DAEMON: 'false', NX_TUI: 'false', MINCHAT_TEST_RESULTS: '1', CI: '1' };
const run = (command, args, cwd = root) => {
  console.log(`\n> ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
};

const broken = [];
const check = (what, ok) => {
  if (!ok) broken.push(what);
};
const nx = (...targets) => run('nx', ['run-many', '-t', ...targets, '--parallel=2', '--outputStyle=stream']);
check('contracts, types or lint', nx('build', 'typecheck', 'lint'));
const unitTests = nx('test');
const systemTests = run('npm', ['run', 'system'], join(root, 'test'));

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const folder of packages) {
  const file = join(folder, resultFile);
  if (!existsSync(file)) continue;
  const results = JSON.parse(readFileSync(file, 'utf8'));
  counts.passed += results.numPassedTests;
  counts.failed += results.numFailedTests;
  counts.skipped += results.numPendingTests + (results.numTodoTests ?? 0);
  for (const { status, message, name } of results.testResults) {
    // A file that could not be loaded has no tests that could fail.
    if (status === 'failed' && message) broken.push(`${name}: ${message.split('\n')[0]}`);
  }
}
// A step that failed although no test of it did.
if (!(unitTests && systemTests) && counts.failed === 0 && broken.length === 0) broken.push('a package could not run its tests');
for (const what of broken) console.log(`failed: ${what}`);
const failed = counts.failed + broken.length;
console.log(`\n${counts.passed} passed, ${failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`);
process.exit(failed === 0 ? 0 : 1);
