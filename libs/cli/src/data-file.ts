// A file of data as people name it: what is in it, and what its collection is called.
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { suggest } from '@minchat/config';
import { MinchatError } from '@minchat/errors';

export const formats = ['jsonl', 'parquet', 'csv', 'hh-rlhf', 'oasst', 'alpaca', 'text'] as const;
export type Format = (typeof formats)[number];

/** Throws MC_USAGE for a format that is none. */
export function asFormat(format: string): Format {
  const found = formats.find((known) => known === format);
  if (found === undefined) throw new MinchatError('MC_USAGE', `"${format}" is no format${suggest(format, formats)}`, { hint: `Formats are ${formats.join(', ')}.` });
  return found;
}

/** A collection's name from a file's: `/data/My trees.jsonl.gz` is `my-trees`. */
export function collectionOf(path: string): string {
  const name = basename(path).toLowerCase().replace(/\.(gz|zst)$/, '').replace(/\.[a-z]+$/, '').replace(/[^a-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return name.slice(0, 60) || 'imported';
}

/** What a file holds, by its name and its first record. Throws MC_USAGE when that does not tell. */
export async function guessFormat(path: string): Promise<Format> {
  if (path.endsWith('.parquet')) return 'parquet';
  if (/\.[ct]sv(\.(gz|zst))?$/.test(path)) return 'csv';
  if (path.endsWith('.txt')) return 'text';
  const head = await readHead(path);
  if (/^\s*\[/.test(head)) return head.includes('"instruction"') && !/"(response|completions)"/.test(head) ? 'alpaca' : 'jsonl';
  const first = head.split('\n')[0] ?? '';
  if (first.includes('"message_tree_id"')) return 'oasst';
  if (first.includes('\\n\\nHuman:') && !/"prompt"\s*:/.test(first)) return 'hh-rlhf';
  if (/^\s*\{/.test(first)) return 'jsonl';
  throw new MinchatError('MC_USAGE', `cannot tell the format of ${path}`, { hint: `Say it with --format: ${formats.join(', ')}.` });
}

async function readHead(path: string): Promise<string> {
  await using file = await open(path).catch(unreadable(path));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, 0);
  const head = buffer.subarray(0, bytesRead);
  // As the store does: by the first bytes, whatever the name is.
  const magic = head.toString('hex', 0, 4);
  // The head of a packed file ends in the middle.
  if (magic.startsWith('1f8b')) return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
  if (magic === '28b52ffd') return zstdDecompressSync(head, { finishFlush: constants.ZSTD_e_flush }).toString('utf8');
  return new TextDecoder(magic.startsWith('fffe') ? 'utf-16le' : magic.startsWith('feff') ? 'utf-16be' : 'utf-8').decode(head);
}

/** Throws MC_NOT_FOUND when there is nothing that can be read, MC_USAGE when it is no file. */
export async function sizeOfFile(path: string): Promise<number> {
  const info = await stat(path).catch(unreadable(path));
  if (!info.isFile()) throw new MinchatError('MC_USAGE', `expected a file, found ${path}`, { hint: 'Of a folder, name the files: FOLDER/*.jsonl --collection NAME. Pipes and devices cannot be imported.' });
  return info.size;
}

function unreadable(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new MinchatError('MC_NOT_FOUND', `cannot read ${path}`, { cause, hint: 'Check the path.' });
  };
}

/** A short name of a file's content as it is read: importing other content, or in another format, must not be taken for it. */
export async function contentName(path: string, format: Format): Promise<string> {
  const hash = createHash('sha256').update(`${format}\n`);
  await using file = await open(path).catch(unreadable(path));
  for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest('hex').slice(0, 8);
}
