import { gradeByKey, type Task } from './task.ts';

const numbers = Array.from({ length: 21 }, (_, i) => String(i));

/** As gradeByKey, and the last number said must be the result. */
function gradeNumber(statements: readonly string[], result: number, given: readonly number[]): Task['grade'] {
  const allowed = new Set([result, ...given].map(String));
  const grade = gradeByKey(statements, [String(result)], new Set(numbers.filter((n) => !allowed.has(n))));
  return (sentence) => {
    const right = grade(sentence);
    return right === 1 || sentence.findLast((word) => numbers.includes(word)) === String(result) ? right : Math.min(right, 0.15);
  };
}

function sum(a: number, b: number): Task {
  const statements = [`${a} plus ${b} is ${a + b}.`, `${a} and ${b} make ${a + b}.`, `add ${a} to ${b} and you get ${a + b}.`, `${a + b} is ${a} plus ${b}.`];
  return {
    id: `plus/${a}+${b}`,
    group: 'plus',
    useCase: 'closed_qa',
    questions: [`what is ${a} plus ${b}?`, `how much is ${a} and ${b}?`, `${a} + ${b} = ?`, `please add ${a} and ${b}.`, `tell me the sum of ${a} and ${b}.`],
    answers: statements.slice(0, 1),
    statements,
    topic: `${a} plus ${b}`,
    mistakes: [1, -1, 2].map((off) => `${a} plus ${b} is ${Math.abs(a + b + off)}.`),
    grade: gradeNumber(statements, a + b, [a, b]),
  };
}

function difference(a: number, b: number): Task {
  const statements = [`${a} minus ${b} is ${a - b}.`, `take ${b} from ${a} and ${a - b} is left.`, `if you have ${a} and lose ${b}, you have ${a - b}.`, `${a - b} is ${a} minus ${b}.`];
  return {
    id: `minus/${a}-${b}`,
    group: 'minus',
    useCase: 'closed_qa',
    questions: [`what is ${a} minus ${b}?`, `how much is ${a} less ${b}?`, `${a} - ${b} = ?`, `please take ${b} away from ${a}.`, `what is left of ${a} without ${b}?`],
    answers: statements.slice(0, 1),
    statements,
    topic: `${a} minus ${b}`,
    mistakes: [1, -1, 2].map((off) => `${a} minus ${b} is ${Math.abs(a - b + off)}.`),
    grade: gradeNumber(statements, a - b, [a, b]),
  };
}

const names = ['anna', 'tom', 'lena', 'max', 'mia', 'ben'];
const things = ['apples', 'books', 'balls', 'eggs', 'cakes', 'toys'];

function story(a: number, b: number, turn: number): Task {
  const name = names[(a + 2 * b + turn) % names.length] as string;
  const thing = things[(a * 2 + b + turn * 3) % things.length] as string;
  const answer = `${name} has ${a + b} ${thing}.`;
  return {
    id: `story/${name} ${a}+${b} ${thing}`,
    group: 'story',
    useCase: 'closed_qa',
    questions: [
      `${name} has ${a} ${thing} and gets ${b} more. how many ${thing} has ${name}?`,
      `${name} finds ${a} ${thing} and then ${b} ${thing}. how many is that?`,
      `${a} ${thing} and ${b} ${thing} are for ${name}. how many has ${name} now?`,
    ],
    answers: [answer],
    statements: [`${name} had ${a} ${thing} and got ${b} more, so now ${answer}`, `first ${a} ${thing}, then ${b} ${thing}: ${answer}`, `${a} plus ${b} is ${a + b}, so ${answer}`],
    topic: `the ${thing} of ${name}`,
    mistakes: [`${name} has ${a + b + 1} ${thing}.`, `${name} has ${a} ${thing}.`],
    grade: gradeByKey([answer], [name, String(a + b), thing], new Set(numbers.filter((n) => ![a, b, a + b].includes(Number(n))))),
  };
}

/** Sums up to 10 + 10, differences of numbers up to 10, and sums told as a story. */
export const sums: readonly Task[] = Array.from({ length: 11 }, (_, a) =>
  Array.from({ length: 11 }, (_unused, b) => [
    sum(a, b),
    ...(b <= a ? [difference(a, b)] : []),
    ...(a >= 2 && b >= 2 && a <= 6 && b <= 6 ? [story(a, b, 0), story(a, b, 1), story(a, b, 2)] : []),
  ]),
).flat(2);
