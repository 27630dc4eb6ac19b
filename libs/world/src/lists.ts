import { gradeByKey, type Task } from './task.ts';
import { likeness, withArticles, wordsOf } from './text.ts';

// Kinds of things: to name some of a kind, and to tell of which kind a thing is.
const table = `
animal animals: dog dogs, cat cats, cow cows, horse horses, lion lions, bear bears
fruit fruits: apple apples, pear pears, plum plums, cherry cherries, banana bananas, lemon lemons
flower flowers: rose roses, tulip tulips, daisy daisies, lily lilies, violet violets, poppy poppies
tool tools: hammer hammers, saw saws, drill drills, spade spades, rake rakes, broom brooms
toy toys: doll dolls, kite kites, puzzle puzzles, ball balls, top tops, teddy teddies`;

interface Kind {
  readonly one: string;
  readonly many: string;
  readonly members: readonly { readonly one: string; readonly many: string }[];
}

function words(text: string): { one: string; many: string } {
  const [one = '', many = ''] = text.trim().split(' ');
  return { one, many };
}

const kinds: readonly Kind[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [kind = '', members = ''] = line.split(': ');
    return { ...words(kind), members: members.split(',').map(words) };
  });

const numberWords = new Map([[2, 'two'], [3, 'three']]);

function listOf(items: readonly string[]): string {
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}

function naming(kind: Kind, count: number): Task {
  const number = numberWords.get(count) as string;
  const sentence = (from: Kind, start: number, step: number): string => {
    const items = Array.from({ length: count }, (_, i) => (from.members[(start + i * step) % from.members.length] as { many: string }).many);
    return `${number} ${kind.many} are ${listOf(items)}.`;
  };
  const starts = kind.members.map((_, i) => i);
  const answers = [1, 2].flatMap((step) => starts.map((start) => sentence(kind, start, step)));
  const members = new Set(kind.members.map((member) => member.many));
  const others = kinds.filter((other) => other !== kind);
  const alien = new Set(others.flatMap((other) => other.members.map((member) => member.many)).filter((word) => !members.has(word)));
  const form = wordsOf(answers[0] as string);
  return {
    id: `name/${number} ${kind.many}`,
    group: 'name',
    useCase: 'brainstorm',
    questions: [`name ${number} ${kind.many}.`, `can you think of ${number} ${kind.many}?`, `give me ${number} ${kind.many}.`, `i need ${number} ${kind.many}.`, `please list ${number} ${kind.many}.`],
    asks: [`do you know ${number} ${kind.many}?`, `what are ${number} ${kind.many}?`, `and ${number} ${kind.many}?`],
    answers,
    statements: [...answers, ...starts.map((start) => sentence(kind, start, 1).replace(' are ', ' in the book are '))],
    mistakes: [1, 3].map((n) => sentence(others[(n * count) % others.length] as Kind, n, 1)),
    grade: (given) => {
      const named = given.filter((word) => members.has(word));
      const hits = Math.min(new Set(named).size, count) / count;
      const excess = named.length > count || given.some((word) => alien.has(word)) ? 0.3 : 1;
      // The form, with the members taken for each other.
      const shape = given.map((word) => (members.has(word) ? 'x' : word));
      return hits * excess * (0.6 + 0.4 * likeness(shape, form.map((word) => (members.has(word) ? 'x' : word))));
    },
  };
}

function telling(kind: Kind, index: number, at: number): Task {
  const thing = (kind.members[index] as { one: string }).one;
  const candidates = kinds.filter((other) => other !== kind);
  const other = candidates[(at * 3 + index * 2) % candidates.length] as Kind;
  const [first, second] = index % 2 === 0 ? [kind.one, other.one] : [other.one, kind.one];
  const says = (text: string): string => withArticles(text);
  const statements = [`a ${thing} is a ${kind.one}.`, `of all the ${kind.many} i like the ${thing} best.`, `the ${thing} is one of the ${kind.many}.`, `i know that a ${thing} is a ${kind.one}.`].map(says);
  return {
    id: `kind/${thing}`,
    group: 'kind',
    useCase: 'classify',
    questions: [
      `is a ${thing} a ${first} or a ${second}?`,
      `what is a ${thing}: a ${first} or a ${second}?`,
      `${first} or ${second}: which is a ${thing}?`,
      `please tell me if a ${thing} is a ${first} or a ${second}.`,
    ].map(says),
    answers: statements.slice(0, 1),
    statements,
    asks: [`do you know what a ${thing} is?`, `what kind of thing is a ${thing}?`, `and a ${thing}?`].map(says),
    mistakes: [says(`a ${thing} is a ${other.one}.`)],
    grade: gradeByKey([statements[0] as string], [thing, kind.one], new Set(kinds.map((each) => each.one).filter((one) => one !== kind.one))),
  };
}

export const lists: readonly Task[] = kinds.flatMap((kind, at) => [
  ...[...numberWords.keys()].map((count) => naming(kind, count)),
  ...kind.members.map((_, index) => telling(kind, index, at)),
]);
