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
  documents: 20_000,
  validationDocuments: 200,
  prompts: { train: 800, validation: 120, test: 300 },
  demonstrations: { train: 3000, validation: 150 },
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
    const source = { random: random.fork(label), splitOf };
    return Array.from({ length: count }, () => ({ text: document(source) }));
  };
  const poolOf = (split: Split): Question[] => [...splitOf].filter(([, of]) => of === split).flatMap(([task]) => task.questions.map((text) => ({ task, text })));
  const prompts = (split: Split): WorldPrompt[] => {
    const stream = random.fork(`users/${split}`);
    const pool = poolOf(split);
    const count = sizes.prompts[split];
    if (count > pool.length) throw new RangeError(`prompts.${split}: expected at most ${pool.length} (the questions there are), found ${count}`);
    return drawQuestions(random.fork(`prompts/${split}`), pool, count).map((question, i) => ({
      ...asPrompt(question, `${split}-${i}`),
      user: userOf(stream, split, count),
    }));
  };
  const demonstrations = (split: 'train' | 'validation'): WorldDemonstration[] => {
    const stream = random.fork(`writers/${split}`);
    // Several people may show how they would answer the same question.
    return drawQuestions(random.fork(`demonstrations/${split}`), poolOf(split), sizes.demonstrations[split]).map((question, i) => {
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

/** Questions, their use cases in the shares above; none again before all of its use case were drawn. */
function drawQuestions(random: Random, pool: readonly Question[], count: number): Question[] {
  const byUseCase = Map.groupBy(pool, (question) => question.task.useCase);
  const left = new Map<UseCase, Question[]>();
  // While the pool lasts nothing is drawn twice, though a use case may run out before the others.
  const open = (): (readonly [UseCase, number])[] => useCases.filter(([useCase]) => (left.get(useCase)?.length ?? 0) > 0);
  return Array.from({ length: count }, () => {
    if (open().length === 0) for (const [useCase, questions] of byUseCase) left.set(useCase, random.shuffle([...questions]));
    return left.get(pickWeighted(random, open()))?.pop() as Question;
  });
}

function asPrompt({ task, text }: Question, id: string): Omit<WorldPrompt, 'user'> {
  return { id, messages: [{ role: 'user', content: text }], useCase: task.useCase };
}

function userOf(random: Random, split: Split, prompts: number): string {
  return `${split}-user-${random.int(Math.max(3, Math.ceil(prompts / promptsPerUser)))}`;
}
