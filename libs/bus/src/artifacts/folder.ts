import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MinchatError, toMinchatError } from '@minchat/errors';
import { Manifest, encode, type ArtifactRef, type ManifestFile } from '@minchat/contracts';

/** A manifest of some 20,000 files. */
export const manifestLimit = { maxBytes: 4 * 1024 * 1024 };

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** Every file under a folder (links followed), sorted by path, with its size and digest. */
async function listFiles(folder: string): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  const visit = async (prefix: string): Promise<void> => {
    for (const name of await readdir(join(folder, prefix))) {
      const path = prefix === '' ? name : `${prefix}/${name}`;
      const found = await stat(join(folder, path));
      if (found.isDirectory()) await visit(path);
      else if (found.isFile()) files.push({ path, size: found.size, sha256: await sha256OfFile(join(folder, path)) });
    }
  };
  await visit('');
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The manifest of what a folder holds now, and the digest that stands for it. */
export async function describeFolder(folder: string, kind: string): Promise<{ files: ManifestFile[]; manifest: Uint8Array; digest: string; size: number }> {
  const files = await listFiles(folder);
  const manifest = encode(Manifest, { kind, files }, manifestLimit);
  return { files, manifest, digest: `sha256:${sha256(manifest)}`, size: files.reduce((sum, file) => sum + file.size, 0) };
}

/** Whether a local folder is exactly the artifact: every byte is read. */
export async function holds(folder: string, ref: Pick<ArtifactRef, 'kind' | 'digest'>): Promise<boolean> {
  try {
    return (await describeFolder(folder, ref.kind)).digest === ref.digest;
  } catch {
    return false;
  }
}

/** Fills a new folder beside, then moves it to `target`. What is there by then is kept if it is the artifact: another process was first. */
export async function fillFolder(scratch: string, target: string, ref: Parameters<typeof holds>[1], fill: (folder: string) => Promise<void>): Promise<void> {
  const partial = join(scratch, randomUUID());
  const damaged = join(scratch, randomUUID());
  try {
    await mkdir(partial, { recursive: true });
    await fill(partial);
    await mkdir(dirname(target), { recursive: true });
    while (!(await moved(partial, target))) {
      if (await holds(target, ref)) break;
      // Another process may have done just that.
      await rename(target, damaged).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
      await rm(damaged, { recursive: true, force: true });
    }
  } catch (thrown) {
    const error = toMinchatError(thrown);
    throw error.code === 'MC_DISK_FULL' ? new MinchatError('MC_DISK_FULL', `${scratch}: ${error.message}`, { cause: thrown }) : error;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** False when something stands there already. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    return false;
  }
}
