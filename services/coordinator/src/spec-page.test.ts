import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { runTable, stageTable } from './machine.ts';

const page = new URL('../SPEC.md', import.meta.url);

function markdown(table: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const inputs = Object.keys(Object.values(table)[0] ?? {});
  const rows = Object.entries(table).map(([state, next]) => [`\`${state}\``, ...inputs.map((input) => (next[input] === 'stay' ? '.' : (next[input] ?? '')))]);
  return [['', ...inputs], inputs.map(() => '---').concat('---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

// UPDATE_SPEC=1 writes the tables of the page anew.
it('shows the tables of the code', async () => {
  const text = await readFile(page, 'utf8');
  const expected = [['stage', stageTable] as const, ['run', runTable] as const].reduce(
    (result, [name, table]) => result.replace(new RegExp(`(<!-- ${name} table -->\\n\\n)(\\|.*\\n)*`), `$1${markdown(table)}\n`),
    text,
  );
  if (process.env['UPDATE_SPEC'] === '1') await writeFile(page, expected);
  else expect(text).toBe(expected);
});
