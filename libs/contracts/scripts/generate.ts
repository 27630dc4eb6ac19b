// Makes libs/contracts/src/generated from proto/. `--check` writes nothing and fails when the
// files there are not what proto/ gives; `--accept` also writes the lock of field numbers anew.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pbjs from 'protobufjs-cli/pbjs.js';
import pbts from 'protobufjs-cli/pbts.js';
import { describe, incompatibilities, type Lock } from './reflect.ts';
import { typesSource } from './types-source.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const generated = join(root, 'libs/contracts/src/generated');
const protoFolder = join(root, 'proto');
const lockPath = join(protoFolder, 'minchat/v1/contract.lock.json');

const runPbjs = promisify(pbjs.main);
const runPbts = promisify(pbts.main);

async function generate(folder: string): Promise<Lock> {
  const protos = (await readdir(join(protoFolder, 'minchat/v1'))).filter((name) => name.endsWith('.proto')).sort();
  const files = protos.map((name) => join(protoFolder, 'minchat/v1', name));
  // Without create, verify and conversions: src/plain.ts does those from the descriptor.
  const flags = ['-t', 'static-module', '-w', 'esm', '--force-number', '--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '-p', protoFolder];
  const script = join(folder, 'minchat.js');
  // The declarations are made from the comments, which the module itself does not need.
  await runPbjs([...flags, '-o', script, ...files]);
  await runPbts(['-o', join(folder, 'minchat.d.ts'), script]);
  await runPbjs([...flags, '--no-comments', '-o', script, ...files]);
  const description = describe(protoFolder, files);
  await writeFile(join(folder, 'types.ts'), typesSource(description));
  await writeFile(join(folder, 'descriptor.ts'), descriptorSource(description.descriptor));
  return description.lock;
}

function descriptorSource(descriptor: unknown): string {
  return [
    '// Generated from proto/ by libs/contracts/scripts/generate.ts. Do not edit.',
    "import type { Descriptor } from '../descriptor.ts';",
    '',
    '/** Every message and enum, for what is done alike for all of them. */',
    `export const descriptor: Descriptor = ${JSON.stringify(descriptor, null, 1)};`,
    '',
  ].join('\n');
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

const check = process.argv.includes('--check');
const accept = process.argv.includes('--accept');
const scratch = await mkdtemp(join(tmpdir(), 'minchat-contracts-'));
try {
  const lock = await generate(scratch);
  const committed = await read(lockPath);
  const problems = committed === undefined ? [] : incompatibilities(JSON.parse(committed) as Lock, lock);
  if (problems.length > 0 && !accept) {
    process.stderr.write(`proto/ breaks what is in use (fields are only ever added):\n${problems.map((p) => `  ${p}\n`).join('')}`);
    process.exitCode = 1;
  } else {
    const targets = new Map<string, string>();
    for (const name of await readdir(scratch)) targets.set(join(generated, name), await readFile(join(scratch, name), 'utf8'));
    targets.set(lockPath, `${JSON.stringify(lock, null, 1)}\n`);
    for (const [path, content] of targets) {
      if ((await read(path)) === content) continue;
      if (check) {
        process.stderr.write(`${relative(root, path)} is not what proto/ gives: run \`npm run generate -w libs/contracts\`\n`);
        process.exitCode = 1;
      } else {
        await mkdir(join(path, '..'), { recursive: true });
        await writeFile(path, content);
        process.stdout.write(`wrote ${basename(path)}\n`);
      }
    }
  }
} finally {
  await rm(scratch, { recursive: true });
}
