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
const withSettings = (settings: string): SpecDocument => new SpecDocument(`name: a\nstages:\n  sft:\n    settings: ${settings}\n`);

it('puts values into the text and takes them away, and leaves comments alone', () => {
  const set = new SpecDocument(text).with(['stages', 'sft', 'settings', 'epochs'], 3);
  expect(set).toContain('# It learns to answer.');
  expect(new SpecDocument(set).spec?.stages?.['sft']).toEqual({ settings: { epochs: 3 } });
  const back = new SpecDocument(set).with(['stages', 'sft', 'settings', 'epochs'], undefined);
  expect(new SpecDocument(back).spec?.stages?.['sft']?.settings).toBeUndefined();
  expect(new SpecDocument(new SpecDocument(text).with(['stages', 'ppo', 'settings', 'kl', 'beta'], 0.2)).spec?.stages?.['ppo']?.settings).toEqual({ kl: { type: 'fixed', beta: 0.2 } });
  expect(new SpecDocument(new SpecDocument(text).with(['stages', 'ppo'], undefined)).stages.map(([name]) => name)).toEqual(['data', 'sft']);
});

it('finds what is wrong with settings, at its place', () => {
  expect(new SpecDocument(text).settingsProblems()).toEqual([]);
  expect(withSettings('{ epochs: 0 }').settingsProblems()).toEqual([{ stage: 'sft', path: ['epochs'], message: 'sft.epochs: expected a whole number at least 1, found 0', line: 4, column: 17 }]);
  expect(withSettings('{ epochs: many }').settingsProblems()).toMatchObject([{ path: ['epochs'] }]);
  expect(withSettings('{ epoch: 3 }').settingsProblems()).toMatchObject([{ message: 'sft.epoch: unknown setting "epoch"; did you mean "epochs"?' }]);
  expect(withSettings('{ anything: 3 }\n    plugin: ./mine.ts').settingsProblems()).toEqual([]);
  expect(new SpecDocument('name: a\nstages:\n  data: {}\n').settingsProblems()).toMatchObject([{ path: ['source'], line: 3 }]);
  expect(new SpecDocument('{').spec).toBeUndefined();
  expect(new SpecDocument('- 1').stages).toEqual([]);
});
