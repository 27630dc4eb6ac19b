// The quickstart world: corpus, prompts, demonstrations, rubric, simulated labelers.
export { judge } from './judge.ts';
export { labelerAgreement, noiseCeiling, simulatedLabeler, type Labeler, type ShownAnswer } from './labelers.ts';
export { createWorld, defaultSizes } from './world.ts';
export type { Judgement, UseCase, World, WorldDemonstration, WorldPrompt, WorldSizes } from './types.ts';
