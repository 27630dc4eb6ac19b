import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { zipOf } from './zip.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minchat-zip-'));
  await mkdir(join(folder, 'inner'));
  await writeFile(join(folder, 'inner/weights'), Buffer.alloc(3_000_000, 'w'));
  await writeFile(join(folder, 'config.json'), '{"model_type":"gpt2"}');
});
afterAll(() => rm(folder, { recursive: true }));

it('has every file under the name that it is given, and is as long as it was said to be', async () => {
  const { length, content } = await zipOf(folder, 'a-model');
  const zip = Buffer.concat(await Array.fromAsync(content as AsyncIterable<Buffer>));
  expect(zip.length).toBe(length);
  for (const part of ['a-model/config.json', '{"model_type":"gpt2"}', 'a-model/inner/weights']) expect(zip.includes(part), part).toBe(true);
});

// What is open is told by Linux only.
it.skipIf(process.platform !== 'linux')('lets go of the file that is being read when nobody wants the rest', async () => {
  const open = async (): Promise<string[]> => (await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))).filter((path) => path.startsWith(folder));
  const { content } = await zipOf(folder, 'a-model');
  let bytes = 0;
  content.on('error', () => undefined);
  for await (const chunk of content as AsyncIterable<Buffer>) if ((bytes += chunk.length) > 500_000) break;
  await expect.poll(open).toEqual([]);
});
