export const formats = ['jsonl', 'parquet', 'csv', 'hh-rlhf', 'oasst', 'alpaca', 'text', 'text-file'] as const;
export type Format = (typeof formats)[number];

/** What a file probably holds, by its name and its beginning. */
export function guessFormat(name: string, head: string): Format {
  const plain = name.toLowerCase().replace(/\.(gz|zst)$/, '');
  if (plain.endsWith('.parquet')) return 'parquet';
  if (/\.[ct]sv$/.test(plain)) return 'csv';
  if (plain.endsWith('.txt') || plain.endsWith('.md')) return 'text';
  if (isList(head)) return head.includes('"instruction"') && !/"(response|completions)"/.test(head) ? 'alpaca' : 'jsonl';
  const first = head.split('\n')[0] ?? '';
  if (first.includes('"message_tree_id"')) return 'oasst';
  return first.includes('\\n\\nHuman:') && !/"prompt"\s*:/.test(first) ? 'hh-rlhf' : 'jsonl';
}

/** Whether a file is one JSON list. */
export function isList(head: string): boolean {
  return /^\s*\[/.test(head);
}

/** A collection's name from a file's: `My trees.jsonl.gz` is `my-trees`. */
export function collectionName(file: string): string {
  const name = file.toLowerCase().replace(/\.(gz|zst)$/, '').replace(/\.[a-z]+$/, '').replace(/[^a-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '');
  return name.slice(0, 60) || 'imported';
}
