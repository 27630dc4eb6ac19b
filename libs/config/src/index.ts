// Environment variables and run specs, validated.
export {
  artifactKindOf,
  formatCondition,
  formatInputRef,
  formatRunSpec,
  judgeGate,
  parseRunSpec,
  stageKind,
  stageKinds,
  stagesBefore,
  stagesFrom,
  suggest,
  throwSettingsProblems,
  type GateCondition,
  type InputRef,
  type OtherRunsOutput,
  type PortType,
  type RunSpec,
  type SettingsProblem,
  type StageKind,
  type StageKindEntry,
  type StageSpec,
} from './spec.ts';
export { backendNames, commonEnv, computeEnv, portEnv, readComputeEnv, readEnv, readPortEnv, rewardEnv, stageEnv, type BackendName, type CommonEnv } from './env.ts';
export { nodeFlags } from './node-flags.ts';
