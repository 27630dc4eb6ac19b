import { gradeByKey, type Task } from './task.ts';

const numbers = Array.from({ length: 13 }, (_, i) => String(i));

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
    questions: [`what is ${a} plus ${b}?`, `how much is ${a} plus ${b}?`, `${a} + ${b} = ?`, `please add ${a} and ${b}.`],
    answers: statements.slice(0, 1),
    statements,
    asks: [`do you know what ${a} plus ${b} is?`, `how much do ${a} and ${b} make?`, `and ${a} plus ${b}?`],
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
    questions: [`what is ${a} minus ${b}?`, `how much is ${a} minus ${b}?`, `${a} - ${b} = ?`, `please take ${b} from ${a}.`],
    answers: statements.slice(0, 1),
    statements,
    asks: [`do you know what ${a} minus ${b} is?`, `how much is left of ${a} without ${b}?`, `and ${a} minus ${b}?`],
    mistakes: [1, -1, 2].map((off) => `${a} minus ${b} is ${Math.abs(a - b + off)}.`),
    grade: gradeNumber(statements, a - b, [a, b]),
  };
}

/** Sums up to 5 + 5 and differences of numbers up to 5. */
export const sums: readonly Task[] = [1, 2, 3, 4, 5].flatMap((a) => [1, 2, 3, 4, 5].flatMap((b) => [sum(a, b), ...(b <= a ? [difference(a, b)] : [])]));
