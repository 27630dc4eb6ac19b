// The state machine that turns finished stages into the next jobs. See SPEC.md.
export { Coordinator } from './coordinator.ts';
