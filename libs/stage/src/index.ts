// The plugin seam (define.ts) and the host around it.
export {
  defineStage,
  type ArtifactKind,
  type Metrics,
  type Progress,
  type StageContext,
  type StageDefinition,
  type StopReason,
} from './define.ts';
export { runStageService, stageStopSeconds, startStageHost, type StageHost, type StageServiceOptions } from './host.ts';
// For what settings name besides stages: a package or a path, wherever it lies.
export { loadDefault, mayName, resolvePlugin } from './plugin.ts';
