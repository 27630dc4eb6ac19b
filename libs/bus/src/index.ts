// Everything NATS: streams, requests, leases, artifacts.
export { rpc, type StreamDef, type UnaryDef } from './rpc-table.ts';
export type {
  ArtifactStore,
  Bus,
  BusOptions,
  CallOptions,
  EventFilter,
  Feedback,
  HandlerContext,
  JobDelivery,
  JobQueue,
  JobRecords,
  Lease,
  PluginRecords,
  RunRecords,
  Serving,
  Subscription,
  Taken,
  TransferOptions,
} from './types.ts';
export { busOptions, connectBus } from './connect.ts';
export { redacted } from './connection.ts';
export { makeHome, makeImportFolder } from './home.ts';
export { runService, type RunningService, type ServiceContext, type ServiceOptions } from './service.ts';
export { removeStale, touchArtifact } from './artifacts/cache-limit.ts';
