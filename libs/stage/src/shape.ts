import type { Job } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { StageShape } from './thread-messages.ts';

/** Whether a stage can do the job. Throws MC_PLUGIN_INVALID, MC_STAGE_INPUT. */
export function checkShape(job: Job, plugin: string, shape: StageShape): void {
  if (shape.kind !== job.kind) throw new MinchatError('MC_PLUGIN_INVALID', `${plugin}: expected a stage of kind ${job.kind}, found one of kind ${shape.kind}`);
  for (const { name, artifact } of job.inputs) {
    const declared = Object.hasOwn(shape.inputs, name) ? shape.inputs[name] : undefined;
    // A run wires what its kind of stage usually takes; an implementation that needs less is a good one.
    if (!declared) continue;
    if (artifact?.kind !== declared.kind) throw new MinchatError('MC_STAGE_INPUT', `${plugin}: input ${name}: expected a ${declared.kind}, found a ${artifact?.kind ?? 'nothing'}`);
  }
  for (const [name, { kind, optional }] of Object.entries(shape.inputs)) {
    if (!optional && !job.inputs.some((input) => input.name === name)) throw new MinchatError('MC_STAGE_INPUT', `${plugin}: expected the input ${name} (a ${kind}), found none`);
  }
}
