// The quickstart world: corpus, prompts, demonstrations, rubric, simulated labelers.
export {};
