import * as pb from '@minchat/contracts';

/** A request with one reply. */
export interface UnaryDef<Request, Reply> {
  readonly subject: string;
  readonly request: pb.MessageType<Request>;
  readonly reply: pb.MessageType<Reply>;
  readonly stream: false;
}

/** A request answered by a stream of messages, ended by the server or cancelled by the client. */
export interface StreamDef<Request, Reply> {
  readonly subject: string;
  readonly request: pb.MessageType<Request>;
  readonly reply: pb.MessageType<Reply>;
  readonly stream: true;
}

function unary<Request, Reply>(subject: string, request: pb.MessageType<Request>, reply: pb.MessageType<Reply>): UnaryDef<Request, Reply> {
  return { subject, request, reply, stream: false };
}

function stream<Request, Reply>(subject: string, request: pb.MessageType<Request>, reply: pb.MessageType<Reply>): StreamDef<Request, Reply> {
  return { subject, request, reply, stream: true };
}

/** Every request that services answer on the bus. */
export const rpc = {
  // coordinator
  submitRun: unary('rpc.run.submit', pb.SubmitRunRequest, pb.RunRecord),
  getRun: unary('rpc.run.get', pb.GetRunRequest, pb.RunRecord),
  listRuns: unary('rpc.run.list', pb.ListRunsRequest, pb.ListRunsReply),
  cancelRun: unary('rpc.run.cancel', pb.CancelRunRequest, pb.RunRecord),
  resumeRun: unary('rpc.run.resume', pb.ResumeRunRequest, pb.RunRecord),
  deleteRuns: unary('rpc.run.delete', pb.DeleteRunsRequest, pb.DeleteRunsReply),
  forkRun: unary('rpc.run.fork', pb.ForkRunRequest, pb.RunRecord),
  // prompt-store
  import: stream('rpc.store.import', pb.ImportRequest, pb.ImportProgress),
  listCollections: unary('rpc.store.collections', pb.ListCollectionsRequest, pb.ListCollectionsReply),
  deleteCollection: unary('rpc.store.collections.delete', pb.DeleteCollectionRequest, pb.DeleteCollectionReply),
  listRecords: unary('rpc.store.records', pb.ListRecordsRequest, pb.ListRecordsReply),
  listQueues: unary('rpc.store.queues', pb.ListQueuesRequest, pb.ListQueuesReply),
  leaseTask: unary('rpc.store.task.lease', pb.LeaseTaskRequest, pb.LabelingTask),
  renewTask: unary('rpc.store.task.renew', pb.RenewTaskRequest, pb.RenewTaskReply),
  submitTask: unary('rpc.store.task.submit', pb.SubmitTaskRequest, pb.SubmitTaskReply),
  skipTask: unary('rpc.store.task.skip', pb.SkipTaskRequest, pb.SkipTaskReply),
  listHandedIn: unary('rpc.store.task.handed-in', pb.ListHandedInRequest, pb.ListHandedInReply),
  getHandedIn: unary('rpc.store.task.handed-in.get', pb.GetHandedInRequest, pb.GetHandedInReply),
  previewImport: unary('rpc.store.import.preview', pb.PreviewImportRequest, pb.PreviewImportReply),
  exportRecords: stream('rpc.store.export', pb.ExportRecordsRequest, pb.ExportChunk),
  applyRules: unary('rpc.store.rules.apply', pb.ApplyRulesRequest, pb.ApplyRulesReply),
  getDecisions: unary('rpc.store.rules.decisions', pb.GetDecisionsRequest, pb.ApplyRulesReply),
  getAgreement: unary('rpc.store.agreement', pb.GetAgreementRequest, pb.GetAgreementReply),
  getGuidelines: unary('rpc.store.guidelines.get', pb.GetGuidelinesRequest, pb.Guidelines),
  saveGuidelines: unary('rpc.store.guidelines.save', pb.SaveGuidelinesRequest, pb.Guidelines),
  forgetUser: unary('rpc.store.forget', pb.ForgetUserRequest, pb.ForgetUserReply),
  // prompt-store: people and keys
  checkSession: unary('rpc.people.session.check', pb.CheckSessionRequest, pb.CheckSessionReply),
  checkKey: unary('rpc.people.key.check', pb.CheckKeyRequest, pb.CheckKeyReply),
  logIn: unary('rpc.people.session.begin', pb.LogInRequest, pb.SessionReply),
  listSessions: unary('rpc.people.session.list', pb.ListSessionsRequest, pb.ListSessionsReply),
  endSessions: unary('rpc.people.session.end', pb.EndSessionsRequest, pb.ListSessionsReply),
  changePassword: unary('rpc.people.password', pb.ChangePasswordRequest, pb.ChangePasswordReply),
  adminMissing: unary('rpc.people.admin-missing', pb.AdminMissingRequest, pb.AdminMissingReply),
  listPeople: unary('rpc.people.list', pb.ListPeopleRequest, pb.ListPeopleReply),
  changeAccount: unary('rpc.people.change', pb.ChangeAccountRequest, pb.Account),
  invite: unary('rpc.people.invitation.make', pb.InviteRequest, pb.InviteReply),
  withdrawInvitation: unary('rpc.people.invitation.withdraw', pb.WithdrawInvitationRequest, pb.WithdrawInvitationReply),
  lookAtInvitation: unary('rpc.people.invitation.look', pb.LookAtInvitationRequest, pb.LookAtInvitationReply),
  acceptInvitation: unary('rpc.people.invitation.accept', pb.AcceptInvitationRequest, pb.SessionReply),
  listKeys: unary('rpc.people.key.list', pb.ListKeysRequest, pb.ListKeysReply),
  makeKey: unary('rpc.people.key.make', pb.MakeKeyRequest, pb.MakeKeyReply),
  changeKey: unary('rpc.people.key.change', pb.ChangeKeyRequest, pb.ApiKey),
  revokeKey: unary('rpc.people.key.revoke', pb.RevokeKeyRequest, pb.RevokeKeyReply),
  recordAudit: unary('rpc.people.audit.record', pb.RecordAuditRequest, pb.RecordAuditReply),
  listAudit: unary('rpc.people.audit.list', pb.ListAuditRequest, pb.ListAuditReply),
  // inference
  generate: stream('rpc.model.generate', pb.GenerateRequest, pb.GenerateChunk),
  score: stream('rpc.model.score', pb.ScoreRequest, pb.ScoreReply),
  embed: stream('rpc.model.embed', pb.EmbedRequest, pb.EmbedReply),
} as const;
