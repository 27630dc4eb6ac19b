import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The metrics that every service has; a service adds its own to `registry`. */
export interface ServiceMetrics {
  readonly registry: Registry;
  /** Jobs ended, by kind and outcome (completed, failed, retried, released, cancelled, lost). */
  readonly jobs: Counter<'kind' | 'outcome'>;
  readonly jobSeconds: Histogram<'kind' | 'outcome'>;
  /** The step that the job in hand has reached. */
  readonly step: Gauge<'kind'>;
  readonly totalSteps: Gauge<'kind'>;
  readonly tokens: Counter<'kind'>;
  /** The last values of what the stage reports (loss, reward, ...). */
  readonly stageMetric: Gauge<'kind' | 'name'>;
  readonly checkpointSeconds: Histogram<'kind'>;
  readonly artifactBytes: Counter<'direction'>;
  /** Requests answered on the bus, by subject and error code ("ok"). */
  readonly rpcSeconds: Histogram<'method' | 'code'>;
}

/** A registry with Node's default metrics and ours; one per process. */
export function createMetrics(service: string): ServiceMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    jobs: new Counter({ name: 'minchat_jobs_total', help: 'Jobs ended, by outcome.', labelNames: ['kind', 'outcome'], registers }),
    jobSeconds: new Histogram({ name: 'minchat_job_seconds', help: 'Seconds from taking a job to its end.', labelNames: ['kind', 'outcome'], buckets: [1, 10, 30, 60, 300, 1800, 7200, 43_200], registers }),
    step: new Gauge({ name: 'minchat_stage_step', help: 'The step the job in hand has reached.', labelNames: ['kind'], registers }),
    totalSteps: new Gauge({ name: 'minchat_stage_total_steps', help: 'The steps of the job in hand.', labelNames: ['kind'], registers }),
    tokens: new Counter({ name: 'minchat_stage_tokens_total', help: 'Tokens processed.', labelNames: ['kind'], registers }),
    stageMetric: new Gauge({ name: 'minchat_stage_metric', help: 'Last value of a metric that the stage reports.', labelNames: ['kind', 'name'], registers }),
    checkpointSeconds: new Histogram({ name: 'minchat_checkpoint_seconds', help: 'Seconds to store a checkpoint.', labelNames: ['kind'], buckets: [0.1, 0.5, 1, 5, 15, 60, 300], registers }),
    artifactBytes: new Counter({ name: 'minchat_artifact_bytes_total', help: 'Bytes of artifacts sent and fetched.', labelNames: ['direction'], registers }),
    rpcSeconds: new Histogram({ name: 'minchat_rpc_seconds', help: 'Seconds to answer a request.', labelNames: ['method', 'code'], buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60], registers }),
  };
}
