import {
  AcceptInvitationRequest,
  Account,
  AdminMissingReply,
  AdminMissingRequest,
  ApiKey,
  CancelRunRequest,
  ChangeAccountRequest,
  ChangeKeyRequest,
  ChangePasswordReply,
  ChangePasswordRequest,
  CheckKeyReply,
  CheckKeyRequest,
  CheckSessionReply,
  CheckSessionRequest,
  EndSessionsRequest,
  ForkRunRequest,
  GenerateChunk,
  GenerateRequest,
  GetRunRequest,
  ImportProgress,
  ImportRequest,
  InviteReply,
  InviteRequest,
  LabelingTask,
  LeaseTaskRequest,
  ListAuditReply,
  ListAuditRequest,
  ListCollectionsReply,
  ListCollectionsRequest,
  ListKeysReply,
  ListKeysRequest,
  ListPeopleReply,
  ListPeopleRequest,
  ListQueuesReply,
  ListQueuesRequest,
  ListRecordsReply,
  ListRecordsRequest,
  ListRunsReply,
  ListRunsRequest,
  ListSessionsReply,
  ListSessionsRequest,
  LogInRequest,
  LookAtInvitationReply,
  LookAtInvitationRequest,
  MakeKeyReply,
  MakeKeyRequest,
  RecordAuditReply,
  RecordAuditRequest,
  ResumeRunRequest,
  RevokeKeyReply,
  RevokeKeyRequest,
  RunRecord,
  ScoreReply,
  ScoreRequest,
  SessionReply,
  SkipTaskReply,
  SkipTaskRequest,
  SubmitRunRequest,
  SubmitTaskReply,
  SubmitTaskRequest,
  WithdrawInvitationReply,
  WithdrawInvitationRequest,
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
  // prompt-store: people and keys
  checkSession: unary('rpc.people.session.check', CheckSessionRequest, CheckSessionReply),
  checkKey: unary('rpc.people.key.check', CheckKeyRequest, CheckKeyReply),
  logIn: unary('rpc.people.session.begin', LogInRequest, SessionReply),
  listSessions: unary('rpc.people.session.list', ListSessionsRequest, ListSessionsReply),
  endSessions: unary('rpc.people.session.end', EndSessionsRequest, ListSessionsReply),
  changePassword: unary('rpc.people.password', ChangePasswordRequest, ChangePasswordReply),
  adminMissing: unary('rpc.people.admin-missing', AdminMissingRequest, AdminMissingReply),
  listPeople: unary('rpc.people.list', ListPeopleRequest, ListPeopleReply),
  changeAccount: unary('rpc.people.change', ChangeAccountRequest, Account),
  invite: unary('rpc.people.invitation.make', InviteRequest, InviteReply),
  withdrawInvitation: unary('rpc.people.invitation.withdraw', WithdrawInvitationRequest, WithdrawInvitationReply),
  lookAtInvitation: unary('rpc.people.invitation.look', LookAtInvitationRequest, LookAtInvitationReply),
  acceptInvitation: unary('rpc.people.invitation.accept', AcceptInvitationRequest, SessionReply),
  listKeys: unary('rpc.people.key.list', ListKeysRequest, ListKeysReply),
  makeKey: unary('rpc.people.key.make', MakeKeyRequest, MakeKeyReply),
  changeKey: unary('rpc.people.key.change', ChangeKeyRequest, ApiKey),
  revokeKey: unary('rpc.people.key.revoke', RevokeKeyRequest, RevokeKeyReply),
  recordAudit: unary('rpc.people.audit.record', RecordAuditRequest, RecordAuditReply),
  listAudit: unary('rpc.people.audit.list', ListAuditRequest, ListAuditReply),
  // inference
  generate: stream('rpc.model.generate', GenerateRequest, GenerateChunk),
  score: unary('rpc.model.score', ScoreRequest, ScoreReply),
} as const;
