import { promptSchema, demonstrationSchema, splits } from '@minchat/datasets';
import { describe, expect, test } from 'vitest';
import { createWorld, judge } from './index.ts';
import { tasks, taskOf } from './tasks.ts';
import { wordsOf } from './text.ts';

const sizes = { documents: 2000, validationDocuments: 50 };
const world = createWorld({ seed: 1, sizes });
const questionOf = (record: { messages: readonly { content: string }[] }): string => record.messages[0]?.content ?? '';

describe('tasks', () => {
  test('each question asks one task', () => {
    for (const task of tasks) for (const question of task.questions) expect(taskOf(question)?.id).toBe(task.id);
  });

  test('good answers are right, mistakes are wrong', () => {
    for (const task of tasks) {
      for (const answer of task.answers) expect(task.grade(wordsOf(answer)), answer).toBeCloseTo(1);
      if (task.trainOnly === true) continue;
      for (const mistake of task.mistakes) expect(task.grade(wordsOf(mistake)), `${task.id}: ${mistake}`).toBeLessThan(0.4);
    }
  });
});

describe('createWorld', () => {
  test('gives the same world for the same seed, another for another', () => {
    expect(createWorld({ seed: 1, sizes })).toEqual(world);
    expect(createWorld({ seed: 2, sizes }).prompts.test).not.toEqual(world.prompts.test);
  });

  test('records are those of the datasets', () => {
    for (const split of splits) for (const prompt of world.prompts[split]) promptSchema.parse(prompt);
    for (const demonstration of world.demonstrations.train) demonstrationSchema.parse(demonstration);
    expect(world.prompts.test).toHaveLength(300);
    expect(new Set(world.prompts.train.map(questionOf)).size).toBe(world.prompts.train.length);
  });

  test('no user and no task is in two splits', () => {
    const seen = new Map<string, string>();
    const once = (thing: string, split: string): void => {
      expect(seen.get(thing) ?? split, thing).toBe(split);
      seen.set(thing, split);
    };
    for (const split of splits) {
      for (const prompt of world.prompts[split]) {
        once(prompt.user, split);
        once(taskOf(questionOf(prompt))?.id ?? '', split);
      }
    }
    for (const split of ['train', 'validation'] as const) {
      for (const demonstration of world.demonstrations[split]) once(taskOf(questionOf(demonstration))?.id ?? '', split);
    }
  });

  test('no user asks more than two hundred times', () => {
    for (const split of splits) {
      for (const asked of Map.groupBy(world.prompts[split], (prompt) => prompt.user).values()) expect(asked.length).toBeLessThanOrEqual(200);
    }
  });

  test('what is asked in test and validation is told in the corpus, but not asked there', () => {
    const text = createWorld({ seed: 1, sizes: { documents: 20_000 } }).corpus.train.map((record) => record.text).join('\n');
    for (const split of ['validation', 'test'] as const) {
      for (const prompt of world.prompts[split]) {
        const task = taskOf(questionOf(prompt));
        expect(task?.statements.some((statement) => text.includes(statement)), task?.id).toBe(true);
        expect(text.includes(questionOf(prompt)), questionOf(prompt)).toBe(false);
      }
    }
  });

  test('prompts and answers are short', () => {
    const answers = world.demonstrations.train.map((record) => wordsOf(record.completion).length);
    expect(answers.reduce((a, b) => a + b, 0) / answers.length).toBeLessThan(16);
    for (const split of splits) for (const prompt of world.prompts[split]) expect(wordsOf(questionOf(prompt)).length).toBeLessThanOrEqual(20);
  });

  test('demonstrations are good on the whole and leave much to improve', () => {
    const scores = world.demonstrations.train.map((record) => judge(record.messages, record.completion, true)?.score ?? 0);
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(0.85);
    const best = scores.filter((score) => score > 0.99).length / scores.length;
    expect(best).toBeGreaterThan(0.2);
    expect(best).toBeLessThan(0.5);
  });

  test('asking for more prompts than there are questions is told', () => {
    expect(() => createWorld({ seed: 1, sizes: { ...sizes, prompts: { train: 10, validation: 10, test: 100_000 } } })).toThrow(/prompts\.test: expected at most/);
  });
});
