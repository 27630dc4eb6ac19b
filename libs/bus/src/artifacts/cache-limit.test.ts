import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFileBlobs } from './file-blobs.ts';
import { inUseMs, pruneCache, touchArtifact } from './cache-limit.ts';

let root: string;
let cache: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'minchat-cache-'));
  cache = join(root, 'artifacts');
});
afterEach(() => rm(root, { recursive: true }));

async function add(name: string, bytes: number, hoursAgo: number): Promise<void> {
  await mkdir(join(cache, name, 'deep'), { recursive: true });
  await writeFile(join(cache, name, 'deep', 'file'), Buffer.alloc(bytes));
  const at = new Date(Date.now() - hoursAgo * 3_600_000);
  await utimes(join(cache, name), at, at);
}
const prune = (limit: number): Promise<void> => pruneCache(cache, join(root, 'partial'), limit);
const left = async (): Promise<string[]> => (await readdir(cache)).toSorted();

it('removes what was used least recently, and no more than it must', async () => {
  await add('a', 100, 5);
  await add('b', 100, 9);
  await add('c', 100, 7);
  await prune(300);
  expect(await left()).toEqual(['a', 'b', 'c']);
  await prune(250);
  expect(await left()).toEqual(['a', 'c']);
  await touchArtifact(join(cache, 'c'));
  await prune(100);
  expect(await left()).toEqual(['c']);
  expect(await readdir(join(root, 'partial'))).toEqual([]);
});

it('removes nothing that is in use, however little room there is', async () => {
  await add('old', 100, (2 * inUseMs) / 3_600_000);
  await add('used', 100, 0.5);
  await prune(0);
  expect(await left()).toEqual(['used']);
});

it('removes what a killed process had half fetched a day ago', async () => {
  const partial = join(root, 'partial');
  for (const [name, hoursAgo] of [['broken-off', 25], ['under-way', 1]] as const) {
    await mkdir(join(partial, name), { recursive: true });
    const at = new Date(Date.now() - hoursAgo * 3_600_000);
    await utimes(join(partial, name), at, at);
  }
  await prune(300);
  expect(await readdir(partial)).toEqual(['under-way']);
  // A store of files has such a folder of its own.
  const at = new Date(Date.now() - 25 * 3_600_000);
  await utimes(join(partial, 'under-way'), at, at);
  await openFileBlobs(root);
  expect(await readdir(partial)).toEqual([]);
});

it('has nothing to do where there is no cache', async () => {
  await expect(prune(0)).resolves.toBeUndefined();
});
