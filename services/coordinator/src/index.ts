// The state machine that turns finished stages into the next jobs. See SPEC.md.
export { Coordinator, type CoordinatorOptions } from './coordinator.ts';
export { runTable, stageTable, type Command, type RunState, type StageState } from './machine.ts';
export { obligations, transition, type Outcome, type RunEvent } from './transition.ts';
