import { createReadStream, type ReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { makeZip, predictLength } from 'client-zip';

/** A folder as a zip, in a folder of a name: not compressed, since weights would not become smaller, so that its length is known before. */
export async function zipOf(folder: string, name: string): Promise<{ length: number; content: Readable }> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = await Promise.all(entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { size, mtime } = await stat(path);
    return { path, name: `${name}/${relative(folder, path)}`, size, lastModified: mtime };
  }));
  files.sort((a, b) => (a.name < b.name ? -1 : 1));
  // One file is open at a time; the zip leaves that of a client that goes away open.
  let open: ReadStream | undefined;
  const contents = function* () {
    for (const { path, ...file } of files) yield { ...file, input: (open = createReadStream(path)) };
  };
  const content = Readable.from(makeZip(contents()), { objectMode: false });
  content.once('close', () => open?.destroy());
  return { length: Number(predictLength(files)), content };
}
