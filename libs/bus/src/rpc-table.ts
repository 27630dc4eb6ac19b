import {
  CancelRunRequest,
  ForkRunRequest,
  GenerateChunk,
  GenerateRequest,
  GetRunRequest,
  ImportProgress,
  ImportRequest,
  LabelingTask,
  LeaseTaskRequest,
  ListCollectionsReply,
  ListCollectionsRequest,
  ListQueuesReply,
  ListQueuesRequest,
  ListRecordsReply,
  ListRecordsRequest,
  ListRunsReply,
  ListRunsRequest,
  ResumeRunRequest,
  RunRecord,
  ScoreReply,
  ScoreRequest,
  SkipTaskReply,
  SkipTaskRequest,
  SubmitRunRequest,
  SubmitTaskReply,
  SubmitTaskRequest,
  type MessageType,
} from '@minchat/contracts';

/** A request with one reply. */
export interface UnaryDef<Request, Reply> {
  readonly subject: string;
  readonly request: MessageType<Request>;
  readonly reply: MessageType<Reply>;
  readonly stream: false;
}

/** A request answered by a stream of messages, ended by the server or cancelled by the client. */
export interface StreamDef<Request, Reply> {
  readonly subject: string;
  readonly request: MessageType<Request>;
  readonly reply: MessageType<Reply>;
  readonly stream: true;
}

function unary<Request, Reply>(subject: string, request: MessageType<Request>, reply: MessageType<Reply>): UnaryDef<Request, Reply> {
  return { subject, request, reply, stream: false };
}

function stream<Request, Reply>(subject: string, request: MessageType<Request>, reply: MessageType<Reply>): StreamDef<Request, Reply> {
  return { subject, request, reply, stream: true };
}

/** Every request that services answer on the bus. */
export const rpc = {
  // coordinator
  submitRun: unary('rpc.run.submit', SubmitRunRequest, RunRecord),
  getRun: unary('rpc.run.get', GetRunRequest, RunRecord),
  listRuns: unary('rpc.run.list', ListRunsRequest, ListRunsReply),
  cancelRun: unary('rpc.run.cancel', CancelRunRequest, RunRecord),
  resumeRun: unary('rpc.run.resume', ResumeRunRequest, RunRecord),
  forkRun: unary('rpc.run.fork', ForkRunRequest, RunRecord),
  // prompt-store
  import: stream('rpc.store.import', ImportRequest, ImportProgress),
  listCollections: unary('rpc.store.collections', ListCollectionsRequest, ListCollectionsReply),
  listRecords: unary('rpc.store.records', ListRecordsRequest, ListRecordsReply),
  listQueues: unary('rpc.store.queues', ListQueuesRequest, ListQueuesReply),
  leaseTask: unary('rpc.store.task.lease', LeaseTaskRequest, LabelingTask),
  submitTask: unary('rpc.store.task.submit', SubmitTaskRequest, SubmitTaskReply),
  skipTask: unary('rpc.store.task.skip', SkipTaskRequest, SkipTaskReply),
  // inference
  generate: stream('rpc.model.generate', GenerateRequest, GenerateChunk),
  score: unary('rpc.model.score', ScoreRequest, ScoreReply),
} as const;
