import { gradeByKey, type Task } from './task.ts';

const liked = 'dogs cats horses bears songs books apples cherries roses kites boats ships'.split(' ');

const sad = 'sad tired hungry sick lonely angry'.split(' ');
const glad = 'happy proud excited lucky calm strong'.split(' ');
const feelings = [...sad, ...glad];

function liking(thing: string): Task {
  const statements = [`i like ${thing} very much.`, `everyone here likes ${thing}.`, `anna likes ${thing}, and tom likes ${thing} too.`];
  return {
    id: `like/${thing}`,
    group: 'like',
    useCase: 'chat',
    questions: [`i love ${thing}!`, `do you like ${thing}?`, `what do you think of ${thing}?`, `let us talk about ${thing}.`],
    answers: statements.slice(0, 1),
    statements,
    asks: [`what do you say to ${thing}?`, `do you know ${thing}?`, `and ${thing}?`],
    mistakes: [3, 8].map((step) => `i like ${liked[(liked.indexOf(thing) + step) % liked.length] ?? ''} very much.`),
    grade: gradeByKey([statements[0] as string, `i like ${thing} too.`], [thing], new Set(liked.filter((other) => other !== thing))),
  };
}

function feeling(word: string): Task {
  const [mood, other] = sad.includes(word) ? ['sorry', 'glad'] : ['glad', 'sorry'];
  const others = feelings.filter((one) => one !== word);
  const answer = `i am ${mood} that you are ${word}.`;
  return {
    id: `feel/${word}`,
    group: 'feel',
    useCase: 'chat',
    questions: [`i am ${word} today.`, `i feel so ${word}!`, `this morning i am very ${word}.`, `i must tell you: i am ${word}.`],
    answers: [answer],
    statements: [answer, `anna was ${word}, and tom was ${mood} to hear it.`, `are you ${word}? then i am ${mood}.`, `tom said: i am ${mood} that you are ${word}, anna.`],
    asks: [`what do you say when i am ${word}?`, `you see that i am ${word}.`, `and if i am ${word}?`],
    mistakes: [`i am ${other} that you are ${word}.`, `i am ${mood} that you are ${others[(word.length * 5) % others.length] ?? ''}.`],
    grade: gradeByKey([answer], [mood as string, word], new Set([other as string, ...others])),
  };
}

// What anyone would ask first. There is nothing to generalise from, so they are asked in training.
const first: readonly (readonly [answer: string, key: string, ...questions: string[]])[] = [
  ['hello and welcome.', 'hello', 'hello!', 'hi!', 'good morning!', 'good evening!', 'hey there!'],
  ['i am very well.', 'well', 'how are you?', 'how are you today?', 'how do you do?', 'are you well?'],
  ['my name is minchat.', 'minchat', 'what is your name?', 'who are you?', 'tell me your name.', 'how are you called?'],
  ['i am a small language model.', 'model', 'are you a robot?', 'what are you?', 'are you a person?', 'are you real?'],
  ['goodbye and see you soon.', 'goodbye', 'goodbye!', 'bye!', 'good night!', 'see you tomorrow!', 'i have to go now.'],
  ['you are very welcome.', 'welcome', 'thank you!', 'thanks a lot!', 'thank you for your help.', 'that was kind of you.'],
  ['i can answer small questions about the world.', 'answer', 'what can you do?', 'how can you help me?', 'what do you know?', 'can you help me?'],
  ['a cow that plays the drums is called a moosician.', 'moosician', 'tell me a joke.', 'make me laugh!', 'do you know a joke?', 'say something funny.'],
];

export const chat: readonly Task[] = [
  ...liked.map(liking),
  ...feelings.map(feeling),
  ...first.map(([answer, key, ...questions], i): Task => ({
    id: `first/${key}`,
    group: 'first',
    useCase: 'chat',
    questions,
    answers: [answer],
    statements: [answer, `tom said: ${answer}`],
    asks: [],
    mistakes: [first[(i + 3) % first.length]?.[0] ?? answer],
    trainOnly: true,
    grade: gradeByKey([answer], [key], new Set()),
  })),
];
