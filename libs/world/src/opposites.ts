import { gradeByKey, tasksOf, type Task } from './task.ts';
import { wordsOf } from './text.ts';

// Pairs of opposites, each with things that can be either.
const table = `
hot cold: milk bread | big small: dog boat | fast slow: horse bike | happy sad: king singer | old young: teacher farmer | heavy light: ball bed
loud quiet: lion duck | hard soft: bed bread | wet dry: dog grass | full empty: cup boat | clean dirty: pig knife | rich poor: king baker
long short: pen knife | early late: baker doctor | open closed: castle stable | good bad: writer pilot`;

interface Opposites {
  readonly words: readonly [string, string];
  readonly things: readonly string[];
}

const all: readonly Opposites[] = table
  .trim()
  .split(/[|\n]/u)
  .map((entry) => {
    const [words = '', things = ''] = entry.trim().split(': ');
    const [a = '', b = ''] = words.split(' ');
    return { words: [a, b], things: things.split(' ') };
  });

const bothWays = all.flatMap(({ words: [a, b], things }) => [
  { from: a, to: b, things },
  { from: b, to: a, things },
]);

const adjectives = bothWays.map(({ from }) => from);

const single = tasksOf({
  group: 'opposite',
  useCase: 'rewrite',
  pairs: bothWays.map(({ from, to }) => [from, to]),
  questions: ['what is the opposite of {s}?', 'give me the opposite of {s}.', 'which word is the opposite of {s}?', 'please tell me the opposite of {s}.'],
  asks: ['do you know the opposite of {s}?', 'what do we say for the opposite of {s}?', 'and the opposite of {s}?'],
  statements: ['the opposite of {s} is {v}.', '{v} is the opposite of {s}.', 'what is not {s} may be {v}.', '{s} and {v} are opposites.'],
});

const sentences: readonly Task[] = bothWays.flatMap(({ from, to, things }) =>
  things.map((thing): Task => {
    const before = `the ${thing} is ${from}`;
    const after = `the ${thing} is ${to}`;
    const statements = [`${after}.`, `tom says that ${before}, but anna says that ${after}.`, `yesterday the ${thing} was ${from}; today ${after}.`, `${before}? no, ${after}.`];
    const others = adjectives.filter((word) => word !== to);
    return {
      id: `turn/${thing} ${from}`,
      group: 'turn',
      useCase: 'rewrite',
      questions: [`say the opposite: ${before}.`, `turn this around: ${before}.`, `please rewrite with the opposite word: ${before}.`],
      answers: statements.slice(0, 1),
      statements,
      asks: [`now the opposite of this: ${before}.`, `what is the opposite of ${before}?`, `and if i say that ${before}?`],
      mistakes: [`${before}.`, `the ${thing} is ${others[(from.length * 11 + thing.length * 17) % others.length] ?? ''}.`],
      grade: gradeByKey([`${after}.`], [...wordsOf(thing), to], new Set(others)),
    };
  }),
);

export const opposites: readonly Task[] = [...single, ...sentences];
