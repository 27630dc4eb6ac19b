import { artifactKindOf, parseRunSpec, stageKind, suggest, type InputRef, type OtherRunsOutput, type RunSpec } from '@minchat/config';
import { findRun, type RunRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { stageState } from './machine.ts';

/**
 * The spec with artifacts in place of what it takes of other runs: what is begun hangs on nothing that may still
 * change or go. Another run goes by its id, its name or `latest`. Throws MC_STAGE_INPUT.
 */
export function withoutOtherRuns(spec: RunSpec, runs: readonly RunRecord[]): RunSpec {
  const stages = spec.stages.map((stage) => {
    const inputs = Object.entries(stage.inputs).map(([name, ref]): [string, InputRef] => [name, 'run' in ref ? artifactOf(`${stage.name}.inputs.${name}`, ref, findRun(runs, ref.run)) : ref]);
    return { ...stage, inputs: Object.fromEntries(inputs) };
  });
  return { ...spec, stages };
}

function artifactOf(place: string, { run, from, output, type }: OtherRunsOutput, record: RunRecord | undefined): InputRef {
  const refuse = (expected: string, found: string): MinchatError =>
    new MinchatError('MC_STAGE_INPUT', `${place}: expected ${expected}, found ${found}`, { hint: '`npm run minchat -- status` tells the runs, `status RUN` the stages of one.' });
  if (record === undefined) throw refuse(`a run ${run}`, 'none');
  const stage = record.stages.find((one) => one.stage === from);
  if (stage === undefined) throw refuse(`a stage ${from} in the run ${run}`, `none${suggest(from, record.stages.map((one) => one.stage))}`);
  const state = stageState(stage);
  if (state !== 'completed' && state !== 'stopped') throw refuse(`the stage ${from} of ${run} completed`, `it ${state}`);
  const outputs = stage.result?.outputs ?? [];
  const artifact = outputs.find(({ name }) => name === output)?.artifact;
  if (artifact === undefined) throw refuse(`an output ${output} of ${run}/${from}`, `none${suggest(output, outputs.map(({ name }) => name))}`);
  const made = parseRunSpec(record.specJson, run).stages.find(({ name }) => name === from);
  const theirs = made && stageKind(made.kind).outputs[output];
  if (type !== undefined && (theirs ?? artifact.kind) !== (theirs === undefined ? artifactKindOf(type) : type)) throw refuse(`a ${type}`, `${run}/${from}.${output}, a ${theirs ?? artifact.kind}`);
  return { artifact: artifact.digest, kind: artifact.kind };
}
