import { likeness, wordsOf } from './text.ts';
import { tasksOf, type Task } from './task.ts';

// Short words only: a model that reads pieces of words can learn their letters by heart.
const words = 'cat dog pig cow bee ant bed cup pen sun bird bear boat frog fish lion milk rose duck lamp'.split(' ');

const letters = (word: string): string => word.split('').join(' ');

const spelled: readonly Task[] = words.map((word, i) => {
  const answer = `${word} is spelled ${letters(word)}.`;
  const other = words[(i * 13 + 5) % words.length] as string;
  const statements = [answer, `the letters of ${word} are ${letters(word)}.`, `${letters(word)} makes ${word}.`, `write ${letters(word)} and you have the word ${word}.`];
  const form = wordsOf(answer);
  return {
    id: `spell/${word}`,
    group: 'spell',
    useCase: 'extract',
    questions: [`how do you spell ${word}?`, `spell the word ${word}.`, `which letters are in ${word}?`, `please spell ${word} for me.`],
    asks: [`do you know how to spell ${word}?`, `how is ${word} spelled?`, `and the letters of ${word}?`],
    answers: [answer],
    statements,
    mistakes: [`${word} is spelled ${letters(other)}.`, `${word} is spelled ${letters(word.slice(1) + word.charAt(0))}.`],
    grade: (sentence) => {
      const given = sentence.filter((part) => part.length === 1).join('');
      const best = likeness(sentence, form);
      return given === word ? 0.55 + 0.45 * best : 0.3 * best;
    },
  };
});

export const spelling: readonly Task[] = [
  ...spelled,
  ...tasksOf({
    group: 'first letter',
    useCase: 'extract',
    pairs: words.map((word) => [word, word.charAt(0)]),
    questions: ['what is the first letter of {s}?', 'which letter does {s} begin with?', 'tell me the first letter of {s}.', 'please give me the first letter of {s}.'],
    asks: ['do you know the first letter of {s}?', 'how does {s} begin?', 'and the first letter of {s}?'],
    statements: ['the first letter of {s} is {v}.', '{s} begins with {v}.', 'the word {s} starts with {v}.'],
  }),
];
