import { rpc, type Bus } from '@minchat/bus';
import { suggest } from '@minchat/config';
import { findModel, nameModels, type NamedModel } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';

/** The models that write text, each by its run and stage; the newest run's first. */
export async function listModels(bus: Bus): Promise<NamedModel[]> {
  const { runs } = await bus.call(rpc.listRuns, { limit: 1000 });
  return nameModels(runs).filter(({ id, run, stage, purpose }) => purpose === 'text' && id === `${run}/${stage}`);
}

/** The model of a name that the gateway knows, too, by its run and stage. Throws MC_NOT_FOUND. */
export async function askForModel(bus: Bus, name = 'latest'): Promise<NamedModel> {
  const { runs } = await bus.call(rpc.listRuns, { limit: 1000 });
  const found = findModel(runs, name, 'text');
  if (found !== undefined) return { ...found, id: `${found.run}/${found.stage}` };
  // The newest: there may be a thousand runs.
  const known = nameModels(runs).filter(({ purpose }) => purpose === 'text').map(({ id }) => id).slice(0, 20);
  if (known.length === 0) throw new MinchatError('MC_NOT_FOUND', 'there is no trained model yet', { hint: 'Train one: `npm run minchat -- run examples/quickstart.yaml`.' });
  throw new MinchatError('MC_NOT_FOUND', `there is no model ${name} that writes text${suggest(name, known)}`, { hint: 'A model is named RUN/STAGE, RUN for the furthest that it came, or latest.' });
}
