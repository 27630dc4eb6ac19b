import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

const folder = await mkdtemp(join(tmpdir(), 'minchat-lock-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** No process has this number. */
const dead = `${2 ** 22 + 1} ${hostname()}`;

// Locks what it is told by a line, and keeps it.
const script = `
  import { createInterface } from 'node:readline';
  import { lockFolder } from ${JSON.stringify(new URL('folder-lock.ts', import.meta.url).href)};
  for await (const path of createInterface({ input: process.stdin })) {
    console.log(await lockFolder(path).then(() => 'locked', (error) => error.code));
  }`;

test('of several processes that come after a crash at the same time, no two have the folder', async () => {
  const children: ChildProcess[] = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  const answers = children.map((child) => createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]());
  for (let round = 0; round < 50; round += 1) {
    const path = join(folder, String(round));
    await writeFile(`${path}.lock`, dead);
    for (const child of children) child.stdin?.write(`${path}\n`);
    const said = await Promise.all(answers.map(async (lines) => (await lines.next()).value as string));
    expect(said.toSorted(), `round ${round}`).toEqual(['MC_CONFLICT', 'MC_CONFLICT', 'MC_CONFLICT', 'locked']);
  }
  for (const child of children) child.stdin?.end();
  await Promise.all(children.map((child) => once(child, 'exit')));
  // Nothing else is left lying there.
  expect((await readdir(folder)).filter((name) => !name.endsWith('.lock'))).toEqual([]);
}, 60_000);

test('a folder is locked once in a process too, and again when it was given back', async () => {
  const path = join(folder, 'own');
  const [one, other] = await Promise.allSettled([lockFolder(path), lockFolder(path)]);
  expect(other).toMatchObject({ status: 'rejected', reason: { code: 'MC_CONFLICT' } });
  if (one.status === 'fulfilled') await one.value();
  // As a container leaves it that was started again: this process's number, but not its lock.
  await writeFile(`${path}.lock`, `${process.pid} ${hostname()}`);
  await (await lockFolder(path))();
  await writeFile(`${path}.lock`, '1 another-machine');
  await expect(lockFolder(path)).rejects.toMatchObject({ code: 'MC_CONFLICT' });
});
