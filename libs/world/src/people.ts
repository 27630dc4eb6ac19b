import type { Random } from '@minchat/model/random';
import { pick, pickWeighted } from './draw.ts';
import { chatOpeners, closers, fillers, openers, rudeness } from './phrases.ts';
import type { Task } from './task.ts';
import { tasks } from './tasks.ts';

/** Ways to answer, from the best to the ones that a labeler likes least. */
export type Manner = 'best' | 'plain' | 'wordy' | 'trailing' | 'repeating' | 'rude' | 'wrong' | 'beside';

/** A person who writes demonstrations, and how often they write in which manner. */
export interface Writer {
  readonly name: string;
  readonly manners: Readonly<Partial<Record<Manner, number>>>;
}

/** Few people write well all the time: a model trained on these imitates a mixture. */
export const writers: readonly Writer[] = [
  { name: 'ada', manners: { best: 70, plain: 20, wordy: 10 } },
  { name: 'bo', manners: { plain: 60, best: 25, wrong: 8, repeating: 7 } },
  { name: 'cleo', manners: { wordy: 55, best: 25, trailing: 20 } },
  { name: 'dirk', manners: { rude: 55, plain: 35, wrong: 10 } },
  { name: 'ella', manners: { trailing: 35, best: 30, wordy: 15, beside: 20 } },
  { name: 'finn', manners: { wrong: 30, plain: 35, best: 20, beside: 15 } },
  { name: 'gus', manners: { best: 45, repeating: 20, plain: 20, rude: 15 } },
  { name: 'hana', manners: { best: 55, wordy: 30, plain: 15 } },
];

/** What a writer answers to a task. */
export function write(random: Random, task: Task, writer: Writer): { text: string; manner: Manner } {
  const manner = pickWeighted(random, Object.entries(writer.manners) as [Manner, number][]);
  return { manner, text: writeIn(random, task, manner) };
}

/** An answer in a given manner. */
export function writeIn(random: Random, task: Task, manner: Manner): string {
  const answer = pick(random, task.answers);
  const opener = pick(random, task.useCase === 'chat' ? chatOpeners : openers);
  const friendly = (text: string): string => (random.next() < 0.85 ? `${opener} ${text}` : `${text} ${pick(random, closers)}`);
  const other = (): string => pick(random, pick(random, tasks.filter((one) => one.group !== task.group)).answers);
  switch (manner) {
    case 'best':
      return friendly(answer);
    case 'plain':
      return answer;
    case 'wordy':
      return `${pick(random, fillers)} ${random.next() < 0.5 ? friendly(answer) : answer}`;
    case 'trailing':
      return `${random.next() < 0.5 ? friendly(answer) : answer} by the way, ${other()}`;
    case 'repeating':
      return `${answer} ${answer}`;
    case 'rude':
      return random.next() < 0.6 ? `${pick(random, rudeness)} ${answer}` : `${answer} ${pick(random, rudeness)}`;
    case 'wrong':
      return random.next() < 0.5 ? friendly(pick(random, task.mistakes)) : pick(random, task.mistakes);
    case 'beside':
      return random.next() < 0.5 ? friendly(other()) : other();
  }
}
