import { glob, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { metricSections } from '@minchat/config/metrics';
import { badRecords } from '@minchat/datasets/bad-records';
import { personalDataKinds } from './data/decision.ts';
import { answerFlags, skipReasons } from './label/flags.ts';
import { zhMetrics } from './runs/metrics-zh.ts';
import { charts } from './runs/series.ts';
import { zh } from './zh.ts';

const src = new URL('.', import.meta.url).pathname;
const sources = await Promise.all((await Array.fromAsync(glob('**/*.{ts,tsx}', { cwd: src }))).filter((name) => !/zh\.ts$|\.test\./.test(name)).map((name) => readFile(`${src}${name}`, 'utf8')));
const values = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).toSorted();

it('has every text of the pages', () => {
  const literal = sources.flatMap((source) => [...source.matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1] ?? ''));
  const listed = [...answerFlags.map(([, text]) => text), ...skipReasons, ...personalDataKinds, ...Object.values(badRecords), ...charts.map((chart) => chart.title), 'Curves', 'Samples', 'Figures', 'Log', 'Report', 'Files', 'Spec'];
  expect(literal.length).toBeGreaterThan(100);
  expect([...new Set([...literal, ...listed])].filter((text) => !(text in zh))).toEqual([]);
});

it('has nothing else, and the same values in both', () => {
  const all = [...sources, ...Object.values(badRecords)].join('\n');
  expect(Object.keys(zh).filter((text) => !all.includes(`'${text}'`) && !all.includes(`${text}:`) && !all.includes(text))).toEqual([]);
  expect(Object.entries(zh).filter(([english, chinese]) => values(english).join() !== values(chinese).join())).toEqual([]);
});

it('has what metrics are, and nothing else', () => {
  const texts = new Set(metricSections.flatMap(({ metrics }) => Object.values(metrics)));
  expect([...texts].filter((text) => !(text in zhMetrics))).toEqual([]);
  expect(Object.keys(zhMetrics).filter((text) => !texts.has(text))).toEqual([]);
});
