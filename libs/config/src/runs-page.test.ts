import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { stageKind, stageKinds, type StageKind } from './spec/kinds.ts';

const page = await readFile(new URL('../../../docs/runs.md', import.meta.url), 'utf8');

it.each(Object.keys(stageKinds) as StageKind[])('docs/runs.md tells what %s takes and makes', (kind) => {
  const [, takes = '', makes = ''] = new RegExp(`^\\| \`${kind}\` \\| (.*?) ?\\| (\`.*) \\|$`, 'm').exec(page.slice(page.indexOf('| takes |'))) ?? [];
  const named = (text: string) => [...text.matchAll(/`(\w+)`(\??)/g)].map(([, name, optional]) => `${name}${optional}`);
  const { inputs, outputs } = stageKind(kind);
  expect(named(takes)).toEqual(Object.entries(inputs).map(([name, { optional }]) => `${name}${optional === true ? '?' : ''}`));
  expect(named(makes)).toEqual(Object.keys(outputs));
});
