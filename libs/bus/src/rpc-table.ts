import {
  AcceptInvitationRequest,
  Account,
  AdminMissingReply,
  AdminMissingRequest,
  ApiKey,
  ApplyRulesReply,
  ApplyRulesRequest,
  CancelRunRequest,
  ChangeAccountRequest,
  ChangeKeyRequest,
  ChangePasswordReply,
  ChangePasswordRequest,
  CheckKeyReply,
  CheckKeyRequest,
  CheckSessionReply,
  CheckSessionRequest,
  DeleteCollectionReply,
  DeleteCollectionRequest,
  DeleteRunsReply,
  DeleteRunsRequest,
  EndSessionsRequest,
  ExportChunk,
  ExportRecordsRequest,
  ForgetUserReply,
  ForgetUserRequest,
  EmbedReply,
  EmbedRequest,
  ForkRunRequest,
  GenerateChunk,
  GenerateRequest,
  GetAgreementReply,
  GetAgreementRequest,
  GetDecisionsRequest,
  GetGuidelinesRequest,
  GetRunRequest,
  Guidelines,
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
  PreviewImportReply,
  PreviewImportRequest,
  RecordAuditReply,
  RecordAuditRequest,
  RenewTaskReply,
  RenewTaskRequest,
  ResumeRunRequest,
  RevokeKeyReply,
  RevokeKeyRequest,
  RunRecord,
  SaveGuidelinesRequest,
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
  deleteRuns: unary('rpc.run.delete', DeleteRunsRequest, DeleteRunsReply),
  forkRun: unary('rpc.run.fork', ForkRunRequest, RunRecord),
  // prompt-store
  import: stream('rpc.store.import', ImportRequest, ImportProgress),
  listCollections: unary('rpc.store.collections', ListCollectionsRequest, ListCollectionsReply),
  deleteCollection: unary('rpc.store.collections.delete', DeleteCollectionRequest, DeleteCollectionReply),
  listRecords: unary('rpc.store.records', ListRecordsRequest, ListRecordsReply),
  listQueues: unary('rpc.store.queues', ListQueuesRequest, ListQueuesReply),
  leaseTask: unary('rpc.store.task.lease', LeaseTaskRequest, LabelingTask),
  renewTask: unary('rpc.store.task.renew', RenewTaskRequest, RenewTaskReply),
  submitTask: unary('rpc.store.task.submit', SubmitTaskRequest, SubmitTaskReply),
  skipTask: unary('rpc.store.task.skip', SkipTaskRequest, SkipTaskReply),
  previewImport: unary('rpc.store.import.preview', PreviewImportRequest, PreviewImportReply),
  exportRecords: stream('rpc.store.export', ExportRecordsRequest, ExportChunk),
  applyRules: unary('rpc.store.rules.apply', ApplyRulesRequest, ApplyRulesReply),
  getDecisions: unary('rpc.store.rules.decisions', GetDecisionsRequest, ApplyRulesReply),
  getAgreement: unary('rpc.store.agreement', GetAgreementRequest, GetAgreementReply),
  getGuidelines: unary('rpc.store.guidelines.get', GetGuidelinesRequest, Guidelines),
  saveGuidelines: unary('rpc.store.guidelines.save', SaveGuidelinesRequest, Guidelines),
  forgetUser: unary('rpc.store.forget', ForgetUserRequest, ForgetUserReply),
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
  score: stream('rpc.model.score', ScoreRequest, ScoreReply),
  embed: stream('rpc.model.embed', EmbedRequest, EmbedReply),
} as const;
