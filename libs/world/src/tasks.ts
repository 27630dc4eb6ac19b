import type { Split } from '@minchat/datasets';
import { Random } from '@minchat/model/random';
import { chat } from './chat.ts';
import { explanations } from './explain.ts';
import { facts } from './facts.ts';
import { lists } from './lists.ts';
import { opposites } from './opposites.ts';
import { spelling } from './spelling.ts';
import { sums } from './sums.ts';
import type { Task } from './task.ts';
import { wordsOf } from './text.ts';

/** Everything that can be asked. */
export const tasks: readonly Task[] = [...facts, ...sums, ...opposites, ...spelling, ...explanations, ...lists, ...chat];

/** The tasks by family. */
export const groups: ReadonlyMap<string, readonly Task[]> = Map.groupBy(tasks, (task) => task.group);

// Signs are words here: "3 - 4" and "3 + 4" are different questions.
const keyOf = (question: string): string => wordsOf(question.replaceAll('+', ' plus sign ').replaceAll(' - ', ' minus sign ')).join(' ');

const byQuestion = new Map(tasks.flatMap((task) => task.questions.map((question) => [keyOf(question), task] as const)));

/** The task that a question asks; undefined when it is none of this world's. */
export function taskOf(question: string): Task | undefined {
  return byQuestion.get(keyOf(question));
}

/**
 * In which split a task is asked: a quarter of each family is kept for test, a tenth for validation. What
 * is asked there is never asked in training, only told in the corpus.
 */
export function splitTasks(seed: number): ReadonlyMap<Task, Split> {
  const splits = new Map<Task, Split>();
  for (const [group, members] of groups) {
    const open = new Random(seed).fork(`split/${group}`).shuffle(members.filter((task) => task.trainOnly !== true));
    const test = Math.round(open.length * 0.25);
    const validation = Math.ceil(open.length * 0.1);
    open.forEach((task, i) => splits.set(task, i < test ? 'test' : i < test + validation ? 'validation' : 'train'));
    for (const task of members) if (task.trainOnly === true) splits.set(task, 'train');
  }
  return splits;
}
