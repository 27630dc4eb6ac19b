import { open, rename, rm, type FileHandle } from 'node:fs/promises';

/** Writes a file that appears under its name only when it is whole. */
export async function writeWhole(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const partial = `${path}.${process.pid}.part`;
  try {
    const handle = await open(partial, 'w');
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
