import { rpc, type Bus } from '@minchat/bus';
import { StageStatus, type ArtifactRef, type RunRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { suggest } from '@minchat/config';

export interface NamedModel {
  /** `RUN/STAGE`. */
  readonly name: string;
  readonly kind: string;
  readonly artifact: ArtifactRef;
}

/** The models that write text, the newest run's first, of each run the furthest first. */
export async function listModels(bus: Bus): Promise<NamedModel[]> {
  const { runs } = await bus.call(rpc.listRuns, { limit: 100 });
  return runs.flatMap(modelsOf);
}

/** `RUN/STAGE`, `RUN` (its last model) or nothing (the newest). Throws MC_NOT_FOUND. */
export async function findModel(bus: Bus, name = 'latest'): Promise<NamedModel> {
  const models = await listModels(bus);
  const found = name === 'latest' ? models[0] : models.find((model) => model.name === name || model.name.startsWith(`${name}/`));
  if (found !== undefined) return found;
  if (models.length === 0) throw new MinchatError('MC_NOT_FOUND', 'there is no trained model yet', { hint: 'Train one: `minchat run examples/quickstart.yaml`.' });
  throw new MinchatError('MC_NOT_FOUND', `there is no model ${name}${suggest(name, models.map((model) => model.name))}`, { hint: 'A model is named RUN/STAGE, or RUN for its last one; `minchat status RUN` lists them.' });
}

function modelsOf(run: RunRecord): NamedModel[] {
  return run.stages
    .filter(({ status }) => status === StageStatus.STAGE_STATUS_COMPLETED)
    .flatMap(({ stage, kind, result }) =>
      (result?.outputs ?? []).flatMap(({ artifact }) => (artifact?.kind === 'model' ? [{ name: `${run.runId}/${stage}`, kind, artifact }] : [])),
    )
    .toReversed();
}
