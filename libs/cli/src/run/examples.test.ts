import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunSpec } from '@minchat/config';
import { expect, test } from 'vitest';
import { checkSettings } from './check-settings.ts';

const folder = join(import.meta.dirname, '..', '..', '..', '..', 'examples');

test.each(await readdir(folder))('examples/%s is a run that no stage refuses', async (file) => {
  const text = await readFile(join(folder, file), 'utf8');
  const spec = parseRunSpec(text, file);
  await expect(checkSettings({ spec, text, file }, { of: async () => undefined })).resolves.toBeUndefined();
});
