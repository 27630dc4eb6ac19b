import { expect, it } from 'vitest';
import { SpecDocument } from './spec-document.ts';

const text = `# The whole way.
name: mine
stages:
  data:
    settings: { source: world }
  # It learns to answer.
  sft:
  ppo:
    settings:
      kl: { type: fixed, beta: 0.1 }
`;

it('puts values into the text and takes them away, and leaves comments alone', () => {
  const set = new SpecDocument(text).with(['stages', 'sft', 'settings', 'epochs'], 3);
  expect(set).toContain('# It learns to answer.');
  expect(new SpecDocument(set).spec?.stages?.['sft']).toEqual({ settings: { epochs: 3 } });
  const back = new SpecDocument(set).with(['stages', 'sft', 'settings', 'epochs'], undefined);
  expect(new SpecDocument(back).spec?.stages?.['sft']?.settings).toBeUndefined();
  expect(new SpecDocument(new SpecDocument(text).with(['stages', 'ppo', 'settings', 'kl', 'beta'], 0.2)).spec?.stages?.['ppo']?.settings).toEqual({ kl: { type: 'fixed', beta: 0.2 } });
  expect(new SpecDocument(new SpecDocument(text).with(['stages', 'ppo'], undefined)).stages.map(([name]) => name)).toEqual(['data', 'sft']);
});

it('takes what is no spec for none', () => {
  expect(new SpecDocument('{').spec).toBeUndefined();
  expect(new SpecDocument('- 1').stages).toEqual([]);
});
