import type { Split } from '@minchat/datasets';
import type { Random } from '@minchat/model/random';
import { pick, pickWeighted } from './draw.ts';
import { chatOpeners, openers } from './phrases.ts';
import type { Task } from './task.ts';
import { groups, tasks } from './tasks.ts';
import { wordsOf } from './text.ts';

// The base corpus: short texts of simple sentences. Everything that can be asked is told here many times
// in different words. No text has the form of a chat, and none has a question of test or validation.

const names = ['anna', 'tom', 'lena', 'max', 'mia', 'ben'];
const places = ['pond', 'sea', 'school', 'castle', 'shop', 'barn'];
const times = ['one day', 'on monday', 'after school', 'at night', 'in winter', 'in summer'];
const doings = ['sat in the grass', 'played with a ball', 'had some bread', 'read a book', 'saw a duck', 'had a kite'];
const ends = ['then they went home.', 'they were happy all day.', 'it was a good day.', 'then it was time to sleep.'];
const counting = [
  '0 1 2 3 4 5 6 7 8 9 10.',
  'a b c d e f g h i j k l m n o p q r s t u v w x y z.',
  'monday, tuesday, wednesday, thursday, friday, saturday, sunday.',
];

/** Every word of every answer. */
const things = [...new Set(tasks.flatMap((task) => wordsOf(task.answers.join(' '))))].filter((word) => word.length > 1);

/** How often a task of a family is told, against the others: what is hard to learn, more often. */
const emphasis: Readonly<Record<string, number>> = { plus: 3, minus: 3, turn: 0.6, opposite: 1.3, source: 1.5, explain: 2, name: 4, like: 1.5, feel: 2 };

const shares = [...groups].map(([group, members]) => [members, members.length * (emphasis[group] ?? 1)] as const);

function anyTask(random: Random): Task {
  return pick(random, pickWeighted(random, shares));
}

/** What stands alone as an answer and in the corpus; a story's answer says nothing without the story. */
function answersOf(task: Task): readonly string[] {
  const alone = task.answers.filter((answer) => task.statements.includes(answer));
  return alone.length > 0 ? alone : task.statements;
}

/** A true sentence about a task; half the time in the words of an answer. */
function tell(random: Random, task: Task): string {
  return pick(random, random.next() < 0.5 ? answersOf(task) : task.statements);
}

/** Where a text comes from. */
export interface Source {
  readonly random: Random;
  readonly splitOf: ReadonlyMap<Task, Split>;
}

type Form = (source: Source) => string[];

const facts: Form = ({ random }) => Array.from({ length: 4 + random.int(4) }, () => tell(random, anyTask(random)));

/** One thing in several words, so that knowing it does not hang on one phrase. */
const lesson: Form = ({ random }) => {
  const task = anyTask(random);
  const said = [pick(random, answersOf(task)), ...random.shuffle([...task.statements]).slice(0, 3)];
  return [...new Set(said), tell(random, anyTask(random))];
};

/** How a task may be asked in the corpus: what is asked in test and validation in other words only. */
function asksOf(task: Task, { splitOf }: Source): readonly string[] {
  return splitOf.get(task) === 'train' ? [...task.asks, ...task.questions] : task.asks;
}

function exchange(source: Source): { ask: string; answer: string; task: Task } {
  const task = anyTask(source.random);
  return { task, ask: pick(source.random, asksOf(task, source)), answer: pick(source.random, task.answers) };
}

/** Questions and answers: what is said in the question comes again in the answer. */
const quiz: Form = (source) =>
  Array.from({ length: 3 + source.random.int(3) }, () => {
    const { ask, answer } = exchange(source);
    return `question: ${ask} answer: ${answer}`;
  });

/** One kind of question again and again, in the same words: only what it is about changes. */
const drill: Form = (source) => {
  const { random } = source;
  const members = pickWeighted(random, shares);
  const way = random.int(pick(random, members).asks.length + 4);
  return Array.from({ length: 3 + random.int(3) }, () => {
    const task = pick(random, members);
    const asks = asksOf(task, source);
    return `question: ${asks[way % asks.length] ?? ''} answer: ${pick(random, task.answers)}`;
  });
};

/** A game of saying the same again. Nothing else teaches a model so fast to look back at what was said. */
const echo: Form = ({ random }) => {
  const said = Array.from({ length: 3 + random.int(5) }, () => pick(random, things)).join(' ');
  const [one, two, three] = random.shuffle([...names]) as [string, string, string];
  const again = random.next() < 0.5 ? [] : [`${three} says: ${said}.`];
  return [`say it after me! ${one} says: ${said}.`, `${two} says: ${said}.`, ...again];
};

const talk: Form = (source) => {
  const { random } = source;
  const [asking, answering] = random.shuffle([...names]) as [string, string];
  const turns = Array.from({ length: 2 + random.int(3) }, () => {
    const { task, ask, answer } = exchange(source);
    const opener = random.next() < 0.5 ? `${pick(random, task.useCase === 'chat' ? chatOpeners : openers)} ` : '';
    return `${asking} says: ${ask} ${answering} says: ${opener}${answer}`;
  });
  return random.next() < 0.8 ? turns : [...turns, `thank you, ${answering}, says ${asking}.`, pick(random, ends)];
};

const story: Form = ({ random }) => {
  const [one, two] = random.shuffle([...names]) as [string, string];
  return [
    `${pick(random, times)} ${one} and ${two} went to the ${pick(random, places)}.`,
    `they ${pick(random, doings)}.`,
    `${one} said: ${tell(random, anyTask(random))}`,
    `${two} said: ${tell(random, anyTask(random))}`,
    `and ${pick(random, [one, two])} ${pick(random, doings)}.`,
    pick(random, ends),
  ];
};

const count: Form = ({ random }) => [pick(random, counting), tell(random, anyTask(random)), pick(random, counting)];

const forms: readonly (readonly [Form, number])[] = [[drill, 20], [quiz, 18], [talk, 32], [lesson, 16], [echo, 8], [facts, 3], [story, 2], [count, 1]];

/** One text of the corpus; the same for the same random stream. */
export function document(source: Source): string {
  return pickWeighted(source.random, forms)(source).join(' ');
}
