import { likeness, wordsOf } from './text.ts';
import { tasksOf, type Task } from './task.ts';

// Short words only: a model that reads pieces of words can learn their letters by heart.
const words = (
  'cat dog sun pig cow hat bed cup box fox hen bus car bee ant egg ice jam key leg map net owl pan pen pot rat sea sky tea toy van web zoo ' +
  'ball bear bird boat book cake coat door duck fish frog girl hand home king lake lamp lion milk moon rain ring rose ship shoe snow star tree wolf'
).split(' ');

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
    questions: [`how do you spell ${word}?`, `spell the word ${word}.`, `which letters are in ${word}?`, `please spell ${word} for me.`, `give me the letters of ${word}.`],
    answers: [answer],
    statements,
    topic: `the letters of ${word}`,
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
    questions: ['what is the first letter of {s}?', 'which letter does {s} begin with?', 'tell me the first letter of {s}.', 'please give me the letter that {s} starts with.'],
    statements: ['the first letter of {s} is {v}.', '{s} begins with {v}.', 'the word {s} starts with {v}.'],
    topic: 'the first letter of {s}',
  }),
  ...tasksOf({
    group: 'letter count',
    useCase: 'extract',
    pairs: words.map((word) => [word, String(word.length)]),
    questions: ['how many letters has {s}?', 'how many letters are in the word {s}?', 'count the letters of {s}.', 'please tell me how long the word {s} is.'],
    statements: ['{s} has {v} letters.', 'there are {v} letters in {s}.', 'the word {s} is {v} letters long.'],
    topic: 'the length of {s}',
  }),
];
