import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineStage } from '@minchat/stage';
import { z } from 'zod';

/** Stands in for pretraining: hands on the corpus, with a note of who did it. */
export default defineStage({
  kind: 'pretrain',
  description: 'An implementation from outside.',
  settings: z.looseObject({}),
  inputs: {
    corpus: { kind: 'dataset', description: 'raw text' },
    demonstrations: { kind: 'dataset', optional: true, description: 'chats' },
  },
  outputs: { model: { kind: 'model', description: 'no model at all' } },
  async run(context) {
    const from = context.input('corpus');
    for (const name of await readdir(from)) await copyFile(join(from, name), join(context.output('model'), name));
    await writeFile(join(context.output('model'), 'made-by.txt'), 'a plugin from outside');
    return { answer: 42 };
  },
});
