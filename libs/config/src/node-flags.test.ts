import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { nodeFlags } from './node-flags.ts';

it('node starts in the image as it does elsewhere', async () => {
  const dockerfile = await readFile(new URL('../../../docker/Dockerfile', import.meta.url), 'utf8');
  expect(dockerfile).toContain(`exec node ${nodeFlags.join(' ')} services/`);
});
