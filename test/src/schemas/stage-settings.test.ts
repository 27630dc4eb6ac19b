import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { stageSettings, target } from './stage-settings.ts';

it('the form’s schemas are those of the stages (if not: node src/schemas/stage-settings.ts)', async () => {
  expect(await readFile(target, 'utf8')).toBe(await stageSettings());
});
