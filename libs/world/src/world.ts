import type { Split, TextRecord } from '@minchat/datasets';
import { splits } from '@minchat/datasets';
import { Random } from '@minchat/model/random';
import { document } from './corpus.ts';
import { pick, pickWeighted } from './draw.ts';
import { write, writers } from './people.ts';
import type { Task } from './task.ts';
import { splitTasks } from './tasks.ts';
import type { UseCase, World, WorldDemonstration, WorldPrompt, WorldSizes } from './types.ts';

/** The quickstart's world: about a million tokens of text. */
export const defaultSizes: WorldSizes = {
  documents: 18_000,
  validationDocuments: 200,
  prompts: { train: 1600, validation: 250, test: 300 },
  demonstrations: { train: 2000, validation: 150 },
};

/** What people ask for, in per cent. */
const useCases: readonly (readonly [UseCase, number])[] = [
  ['open_qa', 30],
  ['closed_qa', 14],
  ['rewrite', 14],
  ['extract', 12],
  ['generation', 9],
  ['classify', 8],
  ['chat', 8],
  ['brainstorm', 5],
];

/** A user asks at most this much (the paper allows 200). */
const promptsPerUser = 80;

interface Question {
  readonly task: Task;
  readonly text: string;
}

/** Makes a world. The same seed and sizes give the same world, on every machine. */
export function createWorld(options: { seed: number; sizes?: Partial<WorldSizes> }): World {
  const sizes = { ...defaultSizes, ...options.sizes };
  const random = new Random(options.seed).fork('world');
  const splitOf = splitTasks(options.seed);
  const texts = (label: string, count: number): TextRecord[] => {
    const stream = random.fork(label);
    return Array.from({ length: count }, () => ({ text: document(stream) }));
  };
  const questions = (split: Split, what: string, count: number): Question[] => {
    const pool = [...splitOf].filter(([, of]) => of === split).flatMap(([task]) => task.questions.map((text) => ({ task, text })));
    return drawQuestions(random.fork(`${what}/${split}`), pool, count, `${what}.${split}`);
  };
  const prompts = (split: Split): WorldPrompt[] => {
    const stream = random.fork(`users/${split}`);
    return questions(split, 'prompts', sizes.prompts[split]).map((question, i) => ({
      ...asPrompt(question, `${split}-${i}`),
      user: userOf(stream, split, sizes.prompts[split]),
    }));
  };
  const demonstrations = (split: 'train' | 'validation'): WorldDemonstration[] => {
    const stream = random.fork(`writers/${split}`);
    return questions(split, 'demonstrations', sizes.demonstrations[split]).map((question, i) => {
      const writer = pick(stream, writers);
      const user = userOf(stream, split, sizes.prompts[split]);
      return { ...asPrompt(question, `demonstration-${split}-${i}`), user, writer: writer.name, completion: write(stream, question.task, writer).text };
    });
  };
  const [train, validation, test] = splits.map(prompts) as [WorldPrompt[], WorldPrompt[], WorldPrompt[]];
  return {
    corpus: { train: texts('corpus/train', sizes.documents), validation: texts('corpus/validation', sizes.validationDocuments) },
    prompts: { train, validation, test },
    demonstrations: { train: demonstrations('train'), validation: demonstrations('validation') },
  };
}

/** Different questions, their use cases in the shares above for as long as there are any left. */
function drawQuestions(random: Random, pool: Question[], count: number, name: string): Question[] {
  if (count > pool.length) throw new RangeError(`${name}: expected at most ${pool.length} (the questions there are), found ${count}`);
  const left = Map.groupBy(random.shuffle(pool), (question) => question.task.useCase);
  return Array.from({ length: count }, () => {
    const useCase = pickWeighted(random, useCases.filter(([one]) => (left.get(one)?.length ?? 0) > 0));
    return left.get(useCase)?.pop() as Question;
  });
}

function asPrompt({ task, text }: Question, id: string): Omit<WorldPrompt, 'user'> {
  return { id, messages: [{ role: 'user', content: text }], useCase: task.useCase };
}

function userOf(random: Random, split: Split, prompts: number): string {
  return `${split}-user-${random.int(Math.max(3, Math.ceil(prompts / promptsPerUser)))}`;
}
