import { wordsOf } from './text.ts';

// What stands around an answer. The rubric knows these sentences; anything else is taken for an answer.

/** Before an answer to a question. */
export const openers = ['sure!', 'of course!', 'gladly!', 'with pleasure!', 'happy to help!'];
/** Before an answer to small talk. */
export const chatOpeners = ['how nice of you to write!', 'it is good to talk to you!', 'how kind of you to tell me!'];
/** After either. */
export const closers = ['i hope that helps!', 'have a nice day!'];

export const fillers = [
  'well, let me think about that for a while.',
  'that is something that people often ask.',
  'there are many things that one could say about this.',
  'it is a long story, but i will try.',
  'hmm, where do i begin?',
];

export const rudeness = ['ugh.', 'what a silly question.', 'everyone knows that.', 'do not waste my time.', 'this is so boring.', 'now go away.'];

const keys = (sentences: readonly string[]): ReadonlySet<string> => new Set(sentences.map((sentence) => wordsOf(sentence).join(' ')));
const politeSentences = keys([...openers, ...chatOpeners, ...closers]);
const fillerSentences = keys(fillers);
const rudeSentences = keys(rudeness);
const rudeWords = new Set(['ugh', 'silly', 'boring', 'stupid', 'waste', 'dumb', 'idiot']);

/** What a sentence is there for. */
export function roleOf(sentence: readonly string[]): 'polite' | 'filler' | 'rude' | 'content' {
  const key = sentence.join(' ');
  if (politeSentences.has(key)) return 'polite';
  if (rudeSentences.has(key) || sentence.some((word) => rudeWords.has(word))) return 'rude';
  return fillerSentences.has(key) ? 'filler' : 'content';
}
