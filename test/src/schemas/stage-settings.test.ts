import { readdir, readFile } from 'node:fs/promises';
import { parseRunSpec } from '@minchat/config';
import { settingsProblems } from '@minchat/config/stage-settings';
import { expect, it } from 'vitest';
import { settingsFiles } from './stage-settings.ts';

it('the schemas by which specs are checked are those of the stages (if not: node src/schemas/stage-settings.ts)', async () => {
  for (const [path, content] of await settingsFiles()) expect(await readFile(path, 'utf8')).toBe(content);
});

it('the examples’ settings fit them', async () => {
  const folder = new URL('../../../examples/', import.meta.url);
  const specs = (await readdir(folder)).filter((file) => file.endsWith('.yaml'));
  expect(specs).toContain('quickstart.yaml');
  for (const file of specs) {
    const { stages } = parseRunSpec(await readFile(new URL(file, folder), 'utf8'), file);
    expect([file, ...(await settingsProblems(stages, { of: async () => undefined }))]).toEqual([file]);
  }
});
