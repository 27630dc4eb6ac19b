// The quickstart world: corpus, prompts, demonstrations, rubric, simulated labelers.
//
// createWorld({ seed, sizes? }): World                       texts, prompts and demonstrations, by split
// judge(messages, answer, finished): Judgement | undefined   the gold judge; undefined: no prompt of this world
// simulatedLabeler({ seed, id }).rank(messages, answers)     -> { rank, rating }[] in the order of the answers
// noiseCeiling(comparisons): { accuracy, pairs }             of the gold order against noisy rankings
// labelerAgreement(rankings): { agreement, pairs }           of pairs of labelers who ranked the same answers
export type { Judgement, UseCase, World, WorldDemonstration, WorldPrompt, WorldSizes } from './types.ts';
