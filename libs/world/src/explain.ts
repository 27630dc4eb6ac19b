import { likeness, wordsOf } from './text.ts';
import type { Task } from './task.ts';

// Explanations for a six-year-old: one sentence each; the words in capitals are what it must not miss.
const table = `
rain: rain is WATER that falls from the SKY and makes the GRASS grow
snow: snow is soft WHITE rain that falls when it is COLD
the moon: the moon is a big ball that goes around the EARTH and shines at NIGHT
a rainbow: a rainbow is what you see when the SUN shines through the RAIN
wind: wind is AIR that MOVES, and you can feel it
sleep: sleep is when your BODY RESTS so that you are strong
money: money is what we GIVE in a SHOP to get food
the sun: the sun is a HOT STAR that gives us LIGHT
school: school is a place where CHILDREN LEARN to read and write
winter: winter is the COLD part of the YEAR when it may snow
a book: a book is PAPER with WORDS that tell you a STORY
a friend: a friend is someone who LIKES you and PLAYS with you`;

const entries = table
  .trim()
  .split('\n')
  .map((line) => {
    const at = line.indexOf(': ');
    return { topic: line.slice(0, at), text: line.slice(at + 2) };
  });

export const explanations: readonly Task[] = entries.map(({ topic, text }, i): Task => {
  const answer = `${text.toLowerCase()}.`;
  const keywords = wordsOf((text.match(/\b[A-Z]{2,}\b/gu) ?? []).join(' '));
  const form = wordsOf(answer);
  // A wrong explanation begins with this topic and goes on with another's.
  const wrong = [5, 11].map((step) => {
    const other = entries[(i + step) % entries.length] as { topic: string; text: string };
    return `${topic}${other.text.toLowerCase().slice(other.topic.length)}.`;
  });
  return {
    id: `explain/${topic}`,
    group: 'explain',
    useCase: 'generation',
    questions: [
      `explain ${topic} to a six-year-old.`,
      `how would you explain ${topic} to a child?`,
      `tell a little child about ${topic}.`,
      `please explain ${topic} in simple words.`,
    ],
    answers: [answer],
    statements: [answer, `do you know this? ${answer}`, `mother said: ${answer}`, `in the book it says that ${answer}`],
    asks: [`do you know what ${topic} is?`, `what would you tell me about ${topic}?`, `and what is ${topic}?`],
    mistakes: wrong,
    grade: (sentence) => {
      const known = keywords.filter((word) => sentence.includes(word)).length / keywords.length;
      const about = wordsOf(topic).every((word) => sentence.includes(word)) ? 1 : 0.5;
      return about * known * (0.4 + 0.6 * likeness(sentence, form));
    },
  };
});
