import { fill, likeness, withArticles, wordsOf } from './text.ts';
import type { UseCase } from './types.ts';

/** One thing that can be asked in the world, and what is true about it. */
export interface Task {
  /** For instance `capital/france`. */
  readonly id: string;
  /** The family it belongs to; the corpus and the prompts draw families evenly. */
  readonly group: string;
  readonly useCase: UseCase;
  /** How people ask; no two tasks share a question. */
  readonly questions: readonly string[];
  /** The same asked in other words, for the corpus. Empty where the task is asked in training only. */
  readonly asks: readonly string[];
  /** What a good answer says. */
  readonly answers: readonly string[];
  /** The same in other words, for the corpus. */
  readonly statements: readonly string[];
  /** What someone who is wrong might answer. */
  readonly mistakes: readonly string[];
  /** Asked in training only: there is nothing to generalise from. */
  readonly trainOnly?: boolean;
  /** How right a sentence is, 0 to 1. */
  grade(sentence: readonly string[]): number;
}

/**
 * A grade by the words that matter. All of `key` and none of `rivals`: 0.55 to 1 by how well the
 * sentence is put; otherwise at most 0.15, for speaking of the right thing at all.
 */
export function gradeByKey(accepted: readonly string[], key: readonly string[], rivals: ReadonlySet<string>): Task['grade'] {
  const forms = accepted.map(wordsOf);
  return (sentence) => {
    const best = Math.max(...forms.map((form) => likeness(sentence, form)));
    if (best === 1) return 1;
    const right = key.every((word) => sentence.includes(word)) && !sentence.some((word) => rivals.has(word));
    return right ? 0.55 + 0.45 * best : 0.15 * best;
  };
}

/** A family of facts: subject and value, asked and said by templates with `{s}` and `{v}`. */
export interface Relation {
  readonly group: string;
  readonly useCase: UseCase;
  readonly pairs: readonly (readonly [subject: string, value: string])[];
  readonly questions: readonly string[];
  readonly asks: readonly string[];
  /** The first is the answer; the corpus has all of them. */
  readonly statements: readonly string[];
}

export function tasksOf(relation: Relation): Task[] {
  const values = [...new Set(relation.pairs.map(([, value]) => value))];
  return relation.pairs.map(([s, v], i) => {
    const say = (template: string, value = v): string => withArticles(fill(template, { s, v: value }));
    const said = relation.statements.map((template) => say(template));
    const mine = new Set([...wordsOf(v), ...wordsOf(said.join(' '))]);
    const others = values.filter((value) => value !== v);
    const wrong = [1, 2, 3].map((n) => others[(i * 7 + n * 5) % others.length] as string);
    return {
      id: `${relation.group}/${s}`,
      group: relation.group,
      useCase: relation.useCase,
      questions: relation.questions.map((template) => say(template)),
      asks: relation.asks.map((template) => say(template)),
      answers: said.slice(0, 1),
      statements: said,
      mistakes: wrong.map((value) => say(relation.statements[0] as string, value)),
      grade: gradeByKey(said, wordsOf(v), new Set(others.flatMap(wordsOf).filter((word) => !mine.has(word)))),
    };
  });
}
