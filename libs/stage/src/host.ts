import type { StageDefinition } from './define.ts';

export interface StageServiceOptions {
  /** The service's name in logs and metrics. */
  service: string;
  /** The kinds of jobs it takes. */
  kinds: readonly string[];
  /** The package whose default export runs when neither STAGE_PLUGIN nor the job say otherwise. */
  defaultPlugin?: string;
  /** `worker`: the plugin runs in a worker thread, so that compute cannot block the heartbeat. */
  thread?: 'worker' | 'main';
  /** Stage objects instead of plugins, for stages that need live objects of the service. */
  stages?: readonly StageDefinition[];
}

/** Runs a service of stages until SIGTERM or SIGINT, then sets the exit code. */
export function runStageService(options: StageServiceOptions): Promise<void> {
  throw new Error("being built");
}
