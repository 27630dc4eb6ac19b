import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyWeights, disposeModel, loadModel, saveModel, type Model } from '@minchat/model';
import type { Saveable } from './loop.ts';

/** A model's weights as part of a checkpoint. Loading writes into the model's own variables. */
export function modelPart(model: Model): Saveable {
  return {
    save: (folder) => saveModel(model, folder),
    async load(folder) {
      const loaded = await loadModel(folder, { head: model.head });
      copyWeights(loaded, model);
      disposeModel(loaded);
    },
  };
}

/** Any JSON value as part of a checkpoint: running statistics, the best score so far. */
export function jsonPart<T>(read: () => T, write: (value: T) => void): Saveable {
  return {
    save: (folder) => writeFile(join(folder, 'value.json'), JSON.stringify(read())),
    load: async (folder) => write(JSON.parse(await readFile(join(folder, 'value.json'), 'utf8')) as T),
  };
}
