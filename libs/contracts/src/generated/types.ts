// Generated from proto/ by libs/contracts/scripts/generate.ts. Do not edit.
import { type MessageType } from '../message-type.ts';
import { minchat } from './minchat.js';

export const JobState = {
  JOB_STATE_UNSPECIFIED: 0,
  /** A worker holds the lease. */
  JOB_STATE_HELD: 1,
  /** Given back by a worker that was asked to stop; the next one goes on from the checkpoint. */
  JOB_STATE_RELEASED: 2,
  /** The result is in the record; the event tells it, the record is the proof. */
  JOB_STATE_COMPLETED: 3,
  JOB_STATE_FAILED: 4,
  JOB_STATE_CANCELLED: 5,
} as const;
export type JobState = (typeof JobState)[keyof typeof JobState];

export const RunStatus = {
  RUN_STATUS_UNSPECIFIED: 0,
  RUN_STATUS_RUNNING: 1,
  RUN_STATUS_COMPLETED: 2,
  RUN_STATUS_FAILED: 3,
  RUN_STATUS_CANCELLED: 4,
} as const;
export type RunStatus = (typeof RunStatus)[keyof typeof RunStatus];

export const StageStatus = {
  STAGE_STATUS_UNSPECIFIED: 0,
  /** Waits for the stages whose outputs it takes. */
  STAGE_STATUS_WAITING: 1,
  /** The job is published; nobody has taken it yet. */
  STAGE_STATUS_QUEUED: 2,
  STAGE_STATUS_RUNNING: 3,
  STAGE_STATUS_COMPLETED: 4,
  STAGE_STATUS_FAILED: 5,
  STAGE_STATUS_CANCELLED: 6,
} as const;
export type StageStatus = (typeof StageStatus)[keyof typeof StageStatus];

/** A reference to an immutable folder of files (a model, a dataset, a report). */
export interface ArtifactRef {
  /** What the folder is: "model", "reward-model", "value-model", "dataset", "checkpoint", "report", "file". */
  kind: string;
  /** "sha256:" and 64 hex digits of the encoded Manifest. */
  digest: string;
  /** Bytes of all files together. */
  size: number;
  /**
   * Empty for artifacts that stay. Otherwise its files are kept apart, under this name (a job_id),
   * so that they can be removed without asking who else has the same file: checkpoints.
   */
  scope: string;
}
export const ArtifactRef: MessageType<ArtifactRef> = { name: 'ArtifactRef', codec: minchat.v1.ArtifactRef };

/**
 * The manifest of an artifact. Encoded, it is what the digest of ArtifactRef is taken of;
 * it is stored last, so that an artifact with a manifest is a complete one.
 */
export interface Manifest {
  kind: string;
  /** Sorted by path, so that the same files always give the same digest. */
  files: ManifestFile[];
}
export const Manifest: MessageType<Manifest> = { name: 'Manifest', codec: minchat.v1.Manifest };

export interface ManifestFile {
  /** Relative, with "/" between folders, never leaving the folder. */
  path: string;
  size: number;
  /** 64 hex digits; also the name that the file's content is stored under. */
  sha256: string;
}
export const ManifestFile: MessageType<ManifestFile> = { name: 'ManifestFile', codec: minchat.v1.ManifestFile };

export interface NamedArtifact {
  name: string;
  artifact?: ArtifactRef | undefined;
}
export const NamedArtifact: MessageType<NamedArtifact> = { name: 'NamedArtifact', codec: minchat.v1.NamedArtifact };

/** An error as it travels: the code is a key of the table in docs/errors.md. */
export interface WireError {
  code: string;
  /** What happened, for a person. */
  message: string;
  /** What to do about it. */
  hint: string;
  retryable: boolean;
}
export const WireError: MessageType<WireError> = { name: 'Error', codec: minchat.v1.Error };

/** What happened to a job. Published on events.<run_id>.<stage>.<kind of event>. */
export interface StageEvent {
  /** Also the Nats-Msg-Id: publishing an event twice stores it once. */
  eventId: string;
  runId: string;
  jobId: string;
  stage: string;
  workerId: string;
  atMs: number;
  started?: StageStarted | undefined;
  progress?: StageProgress | undefined;
  checkpointed?: StageCheckpointed | undefined;
  completed?: StageCompleted | undefined;
  failed?: StageFailed | undefined;
  released?: StageReleased | undefined;
  runChanged?: RunChanged | undefined;
  logged?: StageLogged | undefined;
}
export const StageEvent: MessageType<StageEvent> = { name: 'StageEvent', codec: minchat.v1.StageEvent };

export interface StageStarted {
  attempt: number;
  plugin: string;
  backend: string;
  /** The step it goes on from; 0 for a fresh start. */
  fromStep: number;
}
export const StageStarted: MessageType<StageStarted> = { name: 'StageStarted', codec: minchat.v1.StageStarted };

export interface StageProgress {
  step: number;
  totalSteps: number;
  /** Tokens processed so far in this attempt. */
  tokens: number;
  metrics: Metric[];
  message: string;
  /** Text produced on the way (samples), for people to read. */
  samples: string[];
}
export const StageProgress: MessageType<StageProgress> = { name: 'StageProgress', codec: minchat.v1.StageProgress };

export interface StageCheckpointed {
  checkpoint?: Checkpoint | undefined;
}
export const StageCheckpointed: MessageType<StageCheckpointed> = { name: 'StageCheckpointed', codec: minchat.v1.StageCheckpointed };

export interface StageCompleted {
  result?: StageResult | undefined;
  seconds: number;
}
export const StageCompleted: MessageType<StageCompleted> = { name: 'StageCompleted', codec: minchat.v1.StageCompleted };

export interface StageFailed {
  error?: WireError | undefined;
  attempt: number;
  /** No further try will be made. */
  final: boolean;
}
export const StageFailed: MessageType<StageFailed> = { name: 'StageFailed', codec: minchat.v1.StageFailed };

/** The worker was asked to stop and handed the job back. */
export interface StageReleased {
  step: number;
  /** The try that ended; an old one's news is told from the present one's by it. */
  attempt: number;
}
export const StageReleased: MessageType<StageReleased> = { name: 'StageReleased', codec: minchat.v1.StageReleased };

/** What the stage wrote to its log since the last of these, for people; bounded by the host. */
export interface StageLogged {
  lines: LogLine[];
}
export const StageLogged: MessageType<StageLogged> = { name: 'StageLogged', codec: minchat.v1.StageLogged };

export interface LogLine {
  atMs: number;
  /** debug, info, warn, error or fatal. */
  level: string;
  message: string;
  /** What else stands in the line, as a JSON object; empty for nothing. */
  fieldsJson: string;
}
export const LogLine: MessageType<LogLine> = { name: 'LogLine', codec: minchat.v1.LogLine };

/** The run as a whole changed (published by the coordinator, stage "run"). */
export interface RunChanged {
  status: string;
}
export const RunChanged: MessageType<RunChanged> = { name: 'RunChanged', codec: minchat.v1.RunChanged };

/** One stage of one run, to be done by one worker. Published on jobs.<kind>. */
export interface Job {
  jobId: string;
  runId: string;
  /** The stage's name within the run ("sft"); a run may have several of a kind. */
  stage: string;
  /** The kind of work, which is the subject's last token: pretrain, sft, reward, ... */
  kind: string;
  /** The implementation wanted; empty means the worker's own default. */
  plugin: string;
  seed: number;
  /** The stage's settings from the run's spec; each implementation validates its own. */
  settingsJson: string;
  inputs: NamedArtifact[];
  createdAtMs: number;
  /** How often the stage was resumed before; each time its job is published anew. */
  round: number;
}
export const Job: MessageType<Job> = { name: 'Job', codec: minchat.v1.Job };

/**
 * What is known of a job, in the KV bucket "jobs" under its job_id. Every write is a
 * compare-and-set on the entry's revision, which is the fence: a worker whose lease was
 * taken over cannot write a checkpoint or a result any more.
 */
export interface JobRecord {
  jobId: string;
  state: JobState;
  workerId: string;
  renewedAtMs: number;
  /** The lease is over when renewed_at_ms + lease_ms has passed. */
  leaseMs: number;
  /** How many times the job was taken by a worker, this time included. */
  attempt: number;
  checkpoint?: Checkpoint | undefined;
  result?: StageResult | undefined;
  error?: WireError | undefined;
  /** Whose job it is, for whoever looks at the bucket. */
  runId: string;
  stage: string;
  /** When the result was stored. */
  completedAtMs: number;
  /**
   * How many tries failed, or ended without a word, since the last checkpoint. Handing the job
   * back is not a failure. Too many of them and the job goes to DLQ.
   */
  failures: number;
  /**
   * The latest round that was taken or cancelled. A job that failed or was cancelled is free
   * again for the next round; a cancelling of an earlier one does not concern it.
   */
  round: number;
}
export const JobRecord: MessageType<JobRecord> = { name: 'JobRecord', codec: minchat.v1.JobRecord };

export interface Checkpoint {
  step: number;
  artifact?: ArtifactRef | undefined;
  /** The implementation that wrote it, as StageStarted has it: another one cannot go on from it. */
  plugin: string;
}
export const Checkpoint: MessageType<Checkpoint> = { name: 'Checkpoint', codec: minchat.v1.Checkpoint };

export interface StageResult {
  outputs: NamedArtifact[];
  metrics: Metric[];
}
export const StageResult: MessageType<StageResult> = { name: 'StageResult', codec: minchat.v1.StageResult };

export interface Metric {
  name: string;
  value: number;
}
export const Metric: MessageType<Metric> = { name: 'Metric', codec: minchat.v1.Metric };

export interface Message {
  /** system, user or assistant. */
  role: string;
  content: string;
}
export const Message: MessageType<Message> = { name: 'Message', codec: minchat.v1.Message };

/** A person's (or program's) prompt, given with consent. feedback.prompt */
export interface PromptSubmitted {
  promptId: string;
  userId: string;
  messages: Message[];
  source: string;
  atMs: number;
}
export const PromptSubmitted: MessageType<PromptSubmitted> = { name: 'PromptSubmitted', codec: minchat.v1.PromptSubmitted };

/** An answer that a labeler wrote. feedback.demonstration */
export interface DemonstrationWritten {
  demonstrationId: string;
  promptId: string;
  labelerId: string;
  messages: Message[];
  completion: string;
  atMs: number;
  /** Who wrote the prompt, where that is known. */
  userId: string;
  /** What the labeler remarked about it; never trained on. */
  note: string;
  /** The task that it answers, if any. */
  taskId: string;
}
export const DemonstrationWritten: MessageType<DemonstrationWritten> = { name: 'DemonstrationWritten', codec: minchat.v1.DemonstrationWritten };

/** One labeler's ranking of K answers to one prompt. feedback.ranking */
export interface RankingSubmitted {
  rankingId: string;
  promptId: string;
  labelerId: string;
  messages: Message[];
  answers: RankedAnswer[];
  atMs: number;
  /** The task this ranking answers, if any. */
  taskId: string;
  /** Who wrote the prompt, where that is known. */
  userId: string;
  /** What the labeler remarked about it; never trained on. */
  note: string;
}
export const RankingSubmitted: MessageType<RankingSubmitted> = { name: 'RankingSubmitted', codec: minchat.v1.RankingSubmitted };

export interface RankedAnswer {
  text: string;
  /** 0 is best; equal ranks are ties. */
  rank: number;
  /** False when the answer was cut off before its end token. */
  finished: boolean;
  /** 1 to 7; 0 when not rated. */
  rating: number;
  flags: string[];
  /** Which model wrote it; never shown to a labeler. */
  model: string;
}
export const RankedAnswer: MessageType<RankedAnswer> = { name: 'RankedAnswer', codec: minchat.v1.RankedAnswer };

export interface GenerateRequest {
  requestId: string;
  model?: ArtifactRef | undefined;
  text?: string | undefined;
  chat?: Chat | undefined;
  tokens?: TokenList | undefined;
  /** 4294967295 for as many as the model's context has room for. */
  maxTokens: number;
  temperature: number;
  topP: number;
  /** 0 means no limit. */
  topK: number;
  frequencyPenalty: number;
  presencePenalty: number;
  n: number;
  stop: string[];
  seed: number;
  hasSeed: boolean;
  /** How many of the likeliest tokens to tell at each position; with want_logprobs. */
  topLogprobs: number;
  wantLogprobs: boolean;
  logitBias: LogitBias[];
  /** Send the prompt's own text and log-probs first. */
  echo: boolean;
  /** Who asks: clients share places and slots evenly, however many requests each has. */
  client: string;
}
export const GenerateRequest: MessageType<GenerateRequest> = { name: 'GenerateRequest', codec: minchat.v1.GenerateRequest };

export interface Chat {
  messages: Message[];
}
export const Chat: MessageType<Chat> = { name: 'Chat', codec: minchat.v1.Chat };

export interface TokenList {
  tokens: number[];
}
export const TokenList: MessageType<TokenList> = { name: 'TokenList', codec: minchat.v1.TokenList };

export interface LogitBias {
  token: number;
  bias: number;
}
export const LogitBias: MessageType<LogitBias> = { name: 'LogitBias', codec: minchat.v1.LogitBias };

/** One piece of one answer; the stream ends when every answer has a finish_reason. */
export interface GenerateChunk {
  index: number;
  text: string;
  tokens: TokenLogprob[];
  /** "", "stop", "length" or "cancelled". */
  finishReason: string;
  promptTokens: number;
  completionTokens: number;
}
export const GenerateChunk: MessageType<GenerateChunk> = { name: 'GenerateChunk', codec: minchat.v1.GenerateChunk };

export interface TokenLogprob {
  token: number;
  text: string;
  logprob: number;
  top: AlternativeToken[];
  /** None where the token is no part of the text: a special token that was drawn in the middle of an answer. */
  raw: Uint8Array;
  /** Where its text begins in the text of its answer, the echo included, in UTF-16. */
  textOffset: number;
}
export const TokenLogprob: MessageType<TokenLogprob> = { name: 'TokenLogprob', codec: minchat.v1.TokenLogprob };

export interface AlternativeToken {
  token: number;
  text: string;
  logprob: number;
  raw: Uint8Array;
}
export const AlternativeToken: MessageType<AlternativeToken> = { name: 'AlternativeToken', codec: minchat.v1.AlternativeToken };

export interface ScoreRequest {
  model?: ArtifactRef | undefined;
  texts: ScoredText[];
  /** As in GenerateRequest. */
  client: string;
}
export const ScoreRequest: MessageType<ScoreRequest> = { name: 'ScoreRequest', codec: minchat.v1.ScoreRequest };

export interface ScoredText {
  messages: Message[];
  completion: string;
}
export const ScoredText: MessageType<ScoredText> = { name: 'ScoredText', codec: minchat.v1.ScoredText };

/** A piece of the answer: the scores of the next texts. */
export interface ScoreReply {
  scores: number[];
}
export const ScoreReply: MessageType<ScoreReply> = { name: 'ScoreReply', codec: minchat.v1.ScoreReply };

/** Vectors that stand for texts: the mean of a model's last hidden states, of length 1. */
export interface EmbedRequest {
  model?: ArtifactRef | undefined;
  inputs: EmbedInput[];
  /** As in GenerateRequest. */
  client: string;
}
export const EmbedRequest: MessageType<EmbedRequest> = { name: 'EmbedRequest', codec: minchat.v1.EmbedRequest };

export interface EmbedInput {
  text?: string | undefined;
  tokens?: TokenList | undefined;
}
export const EmbedInput: MessageType<EmbedInput> = { name: 'EmbedInput', codec: minchat.v1.EmbedInput };

/** A piece of the answer: the vectors of the next texts, and the tokens of those. */
export interface EmbedReply {
  embeddings: Embedding[];
  promptTokens: number;
}
export const EmbedReply: MessageType<EmbedReply> = { name: 'EmbedReply', codec: minchat.v1.EmbedReply };

export interface Embedding {
  values: number[];
}
export const Embedding: MessageType<Embedding> = { name: 'Embedding', codec: minchat.v1.Embedding };

/** Who does something, for the audit log. */
export interface Actor {
  /** Empty: the command line, or nobody who is known. */
  accountId: string;
  name: string;
  /** The address that the request came from. */
  address: string;
}
export const Actor: MessageType<Actor> = { name: 'Actor', codec: minchat.v1.Actor };

export interface Account {
  accountId: string;
  name: string;
  /** admin, labeler or viewer. */
  role: string;
  disabled: boolean;
  createdAtMs: number;
  /** 0: never. */
  seenAtMs: number;
}
export const Account: MessageType<Account> = { name: 'Account', codec: minchat.v1.Account };

export interface CheckSessionRequest {
  tokenHash: string;
}
export const CheckSessionRequest: MessageType<CheckSessionRequest> = { name: 'CheckSessionRequest', codec: minchat.v1.CheckSessionRequest };

/** Without an account: there is no such session, or it is over. */
export interface CheckSessionReply {
  account?: Account | undefined;
  sessionId: string;
}
export const CheckSessionReply: MessageType<CheckSessionReply> = { name: 'CheckSessionReply', codec: minchat.v1.CheckSessionReply };

export interface CheckKeyRequest {
  keyHash: string;
}
export const CheckKeyRequest: MessageType<CheckKeyRequest> = { name: 'CheckKeyRequest', codec: minchat.v1.CheckKeyRequest };

/** Without a key: there is none, or it was revoked. */
export interface CheckKeyReply {
  key?: ApiKey | undefined;
}
export const CheckKeyReply: MessageType<CheckKeyReply> = { name: 'CheckKeyReply', codec: minchat.v1.CheckKeyReply };

export interface LogInRequest {
  name: string;
  password: string;
  address: string;
  /** The browser, as it calls itself. */
  agent: string;
}
export const LogInRequest: MessageType<LogInRequest> = { name: 'LogInRequest', codec: minchat.v1.LogInRequest };

export interface SessionReply {
  token: string;
  account?: Account | undefined;
}
export const SessionReply: MessageType<SessionReply> = { name: 'SessionReply', codec: minchat.v1.SessionReply };

/** One's own sessions; the reply of ending some lists those that are left. */
export interface ListSessionsRequest {
  accountId: string;
}
export const ListSessionsRequest: MessageType<ListSessionsRequest> = { name: 'ListSessionsRequest', codec: minchat.v1.ListSessionsRequest };

export interface EndSessionsRequest {
  actor?: Actor | undefined;
  /** Whose. */
  accountId: string;
  /** Only this one; empty for all. */
  sessionId: string;
  /** All but this one. */
  keepSessionId: string;
}
export const EndSessionsRequest: MessageType<EndSessionsRequest> = { name: 'EndSessionsRequest', codec: minchat.v1.EndSessionsRequest };

export interface ListSessionsReply {
  sessions: Session[];
}
export const ListSessionsReply: MessageType<ListSessionsReply> = { name: 'ListSessionsReply', codec: minchat.v1.ListSessionsReply };

export interface Session {
  sessionId: string;
  address: string;
  agent: string;
  createdAtMs: number;
  seenAtMs: number;
}
export const Session: MessageType<Session> = { name: 'Session', codec: minchat.v1.Session };

export interface ChangePasswordRequest {
  actor?: Actor | undefined;
  oldPassword: string;
  newPassword: string;
  /** The session that goes on; the others end. */
  sessionId: string;
}
export const ChangePasswordRequest: MessageType<ChangePasswordRequest> = { name: 'ChangePasswordRequest', codec: minchat.v1.ChangePasswordRequest };

export interface ChangePasswordReply {
}
export const ChangePasswordReply: MessageType<ChangePasswordReply> = { name: 'ChangePasswordReply', codec: minchat.v1.ChangePasswordReply };

/** Whether there is nobody yet who could invite anybody. */
export interface AdminMissingRequest {
}
export const AdminMissingRequest: MessageType<AdminMissingRequest> = { name: 'AdminMissingRequest', codec: minchat.v1.AdminMissingRequest };

export interface AdminMissingReply {
  missing: boolean;
}
export const AdminMissingReply: MessageType<AdminMissingReply> = { name: 'AdminMissingReply', codec: minchat.v1.AdminMissingReply };

export interface ListPeopleRequest {
}
export const ListPeopleRequest: MessageType<ListPeopleRequest> = { name: 'ListPeopleRequest', codec: minchat.v1.ListPeopleRequest };

export interface ListPeopleReply {
  accounts: Account[];
  /** Those that can still be used. */
  invitations: Invitation[];
}
export const ListPeopleReply: MessageType<ListPeopleReply> = { name: 'ListPeopleReply', codec: minchat.v1.ListPeopleReply };

export interface ChangeAccountRequest {
  actor?: Actor | undefined;
  accountId: string;
  /** Empty: as it is. */
  role: string;
  disable: boolean;
  enable: boolean;
}
export const ChangeAccountRequest: MessageType<ChangeAccountRequest> = { name: 'ChangeAccountRequest', codec: minchat.v1.ChangeAccountRequest };

/** A link that works once: it makes an account, or gives one a new password. */
export interface Invitation {
  invitationId: string;
  role: string;
  /** For whom it is, in words. */
  note: string;
  /** The account whose password it sets; empty for a new one. */
  accountId: string;
  expiresAtMs: number;
}
export const Invitation: MessageType<Invitation> = { name: 'Invitation', codec: minchat.v1.Invitation };

export interface InviteRequest {
  actor?: Actor | undefined;
  role: string;
  note: string;
  accountId: string;
}
export const InviteRequest: MessageType<InviteRequest> = { name: 'InviteRequest', codec: minchat.v1.InviteRequest };

export interface InviteReply {
  token: string;
  invitation?: Invitation | undefined;
}
export const InviteReply: MessageType<InviteReply> = { name: 'InviteReply', codec: minchat.v1.InviteReply };

export interface WithdrawInvitationRequest {
  actor?: Actor | undefined;
  invitationId: string;
}
export const WithdrawInvitationRequest: MessageType<WithdrawInvitationRequest> = { name: 'WithdrawInvitationRequest', codec: minchat.v1.WithdrawInvitationRequest };

export interface WithdrawInvitationReply {
}
export const WithdrawInvitationReply: MessageType<WithdrawInvitationReply> = { name: 'WithdrawInvitationReply', codec: minchat.v1.WithdrawInvitationReply };

export interface LookAtInvitationRequest {
  token: string;
}
export const LookAtInvitationRequest: MessageType<LookAtInvitationRequest> = { name: 'LookAtInvitationRequest', codec: minchat.v1.LookAtInvitationRequest };

export interface LookAtInvitationReply {
  role: string;
  /** The name of the account whose password it sets; empty for a new one. */
  name: string;
}
export const LookAtInvitationReply: MessageType<LookAtInvitationReply> = { name: 'LookAtInvitationReply', codec: minchat.v1.LookAtInvitationReply };

export interface AcceptInvitationRequest {
  token: string;
  /** Not used when the account is there. */
  name: string;
  password: string;
  address: string;
  agent: string;
}
export const AcceptInvitationRequest: MessageType<AcceptInvitationRequest> = { name: 'AcceptInvitationRequest', codec: minchat.v1.AcceptInvitationRequest };

export interface ApiKey {
  keyId: string;
  name: string;
  /** How the key begins, to know it by. */
  prefix: string;
  /** Whether prompts sent with it are collected. */
  collect: boolean;
  /** Requests a minute; 0 for as many as the gateway allows. */
  rateLimit: number;
  createdAtMs: number;
  /** 0: never. Told in steps of a minute. */
  usedAtMs: number;
}
export const ApiKey: MessageType<ApiKey> = { name: 'ApiKey', codec: minchat.v1.ApiKey };

export interface ListKeysRequest {
}
export const ListKeysRequest: MessageType<ListKeysRequest> = { name: 'ListKeysRequest', codec: minchat.v1.ListKeysRequest };

export interface ListKeysReply {
  keys: ApiKey[];
}
export const ListKeysReply: MessageType<ListKeysReply> = { name: 'ListKeysReply', codec: minchat.v1.ListKeysReply };

export interface MakeKeyRequest {
  actor?: Actor | undefined;
  name: string;
  collect: boolean;
  rateLimit: number;
}
export const MakeKeyRequest: MessageType<MakeKeyRequest> = { name: 'MakeKeyRequest', codec: minchat.v1.MakeKeyRequest };

export interface MakeKeyReply {
  secret: string;
  key?: ApiKey | undefined;
}
export const MakeKeyReply: MessageType<MakeKeyReply> = { name: 'MakeKeyReply', codec: minchat.v1.MakeKeyReply };

export interface ChangeKeyRequest {
  actor?: Actor | undefined;
  keyId: string;
  collect: boolean;
  rateLimit: number;
}
export const ChangeKeyRequest: MessageType<ChangeKeyRequest> = { name: 'ChangeKeyRequest', codec: minchat.v1.ChangeKeyRequest };

export interface RevokeKeyRequest {
  actor?: Actor | undefined;
  keyId: string;
}
export const RevokeKeyRequest: MessageType<RevokeKeyRequest> = { name: 'RevokeKeyRequest', codec: minchat.v1.RevokeKeyRequest };

export interface RevokeKeyReply {
}
export const RevokeKeyReply: MessageType<RevokeKeyReply> = { name: 'RevokeKeyReply', codec: minchat.v1.RevokeKeyReply };

export interface RecordAuditRequest {
  entry?: AuditEntry | undefined;
}
export const RecordAuditRequest: MessageType<RecordAuditRequest> = { name: 'RecordAuditRequest', codec: minchat.v1.RecordAuditRequest };

export interface RecordAuditReply {
}
export const RecordAuditReply: MessageType<RecordAuditReply> = { name: 'RecordAuditReply', codec: minchat.v1.RecordAuditReply };

export interface ListAuditRequest {
  /** Entries before this one; 0 for the newest. */
  before: number;
  /** 0 means 50. */
  limit: number;
}
export const ListAuditRequest: MessageType<ListAuditRequest> = { name: 'ListAuditRequest', codec: minchat.v1.ListAuditRequest };

export interface ListAuditReply {
  entries: AuditEntry[];
  /** 0 when nothing follows. */
  next: number;
}
export const ListAuditReply: MessageType<ListAuditReply> = { name: 'ListAuditReply', codec: minchat.v1.ListAuditReply };

export interface AuditEntry {
  /** Given by the store. */
  number: number;
  atMs: number;
  actor?: Actor | undefined;
  /** What was done: account.login, key.make, run.start ... */
  action: string;
  /** What it was done to. */
  target: string;
  detail: string;
}
export const AuditEntry: MessageType<AuditEntry> = { name: 'AuditEntry', codec: minchat.v1.AuditEntry };

export interface RunRecord {
  runId: string;
  name: string;
  /** The spec as it was submitted, as JSON, defaults filled in. */
  specJson: string;
  status: RunStatus;
  stages: StageRecord[];
  createdAtMs: number;
  updatedAtMs: number;
  /** The run that this one was forked from, if any. */
  forkedFrom: string;
  error?: WireError | undefined;
}
export const RunRecord: MessageType<RunRecord> = { name: 'RunRecord', codec: minchat.v1.RunRecord };

export interface StageRecord {
  stage: string;
  kind: string;
  status: StageStatus;
  jobId: string;
  attempt: number;
  /** Without its metrics: they are in `metrics`, once. */
  result?: StageResult | undefined;
  /** Of a stage that is queued or running: why its last try failed, or that no worker is there for it. */
  error?: WireError | undefined;
  step: number;
  totalSteps: number;
  tokens: number;
  /** The latest of each that the stage told; in the end those of its result. */
  metrics: Metric[];
  queuedAtMs: number;
  startedAtMs: number;
  finishedAtMs: number;
  /** How often the stage was resumed; each time its job is published anew. */
  round: number;
}
export const StageRecord: MessageType<StageRecord> = { name: 'StageRecord', codec: minchat.v1.StageRecord };

export interface SubmitRunRequest {
  /** JSON; the command line turns YAML into it. */
  specJson: string;
  /** Submitting the same run_id twice gives the first run back; empty means make one. */
  runId: string;
}
export const SubmitRunRequest: MessageType<SubmitRunRequest> = { name: 'SubmitRunRequest', codec: minchat.v1.SubmitRunRequest };

export interface GetRunRequest {
  runId: string;
}
export const GetRunRequest: MessageType<GetRunRequest> = { name: 'GetRunRequest', codec: minchat.v1.GetRunRequest };

export interface ListRunsRequest {
  limit: number;
}
export const ListRunsRequest: MessageType<ListRunsRequest> = { name: 'ListRunsRequest', codec: minchat.v1.ListRunsRequest };

/** The latest first, as many as fit into a message, without their specs and metrics. */
export interface ListRunsReply {
  runs: RunRecord[];
}
export const ListRunsReply: MessageType<ListRunsReply> = { name: 'ListRunsReply', codec: minchat.v1.ListRunsReply };

export interface CancelRunRequest {
  runId: string;
}
export const CancelRunRequest: MessageType<CancelRunRequest> = { name: 'CancelRunRequest', codec: minchat.v1.CancelRunRequest };

/** Starts the failed and cancelled stages of a run again, from their checkpoints. */
export interface ResumeRunRequest {
  runId: string;
}
export const ResumeRunRequest: MessageType<ResumeRunRequest> = { name: 'ResumeRunRequest', codec: minchat.v1.ResumeRunRequest };

/**
 * Deletes runs that nothing is at work on, all or none, with their events; then everything that no other run uses
 * and that was not stored within the last hour; without runs that alone.
 */
export interface DeleteRunsRequest {
  runIds: string[];
  /** Tells what would be removed, and removes nothing. */
  dryRun: boolean;
}
export const DeleteRunsRequest: MessageType<DeleteRunsRequest> = { name: 'DeleteRunsRequest', codec: minchat.v1.DeleteRunsRequest };

export interface DeleteRunsReply {
  /** Models, data, reports and checkpoints, and the bytes that were theirs alone. */
  artifacts: number;
  bytes: number;
}
export const DeleteRunsReply: MessageType<DeleteRunsReply> = { name: 'DeleteRunsReply', codec: minchat.v1.DeleteRunsReply };

/** A new run that takes over the results of every stage before from_stage. */
export interface ForkRunRequest {
  runId: string;
  fromStage: string;
  /** Settings to change in the fork, as a JSON object of stage name to settings; empty for none. */
  settingsJson: string;
  /** Whether the settings given for a stage take the place of those it had, or are put over them. */
  replace: boolean;
}
export const ForkRunRequest: MessageType<ForkRunRequest> = { name: 'ForkRunRequest', codec: minchat.v1.ForkRunRequest };

/** Reads a file into the store. The file is an artifact of kind "file" with one file in it. */
export interface ImportRequest {
  file?: ArtifactRef | undefined;
  /** jsonl, parquet, csv, hh-rlhf, oasst, alpaca, text. */
  format: string;
  /** The name the records are kept under; a run's data stage asks for it. */
  collection: string;
  /** Stop at the first bad record (nothing is imported) instead of skipping it. */
  strict: boolean;
  /** Where a field (prompt, completion, chosen, ...) has another name in the file; jsonl, parquet and csv. */
  mapping: FieldMapping[];
}
export const ImportRequest: MessageType<ImportRequest> = { name: 'ImportRequest', codec: minchat.v1.ImportRequest };

export interface FieldMapping {
  /** Mappings with an empty name are refused. */
  field: string;
  /** The name in the file; dots lead into objects (data.question). */
  from: string;
}
export const FieldMapping: MessageType<FieldMapping> = { name: 'FieldMapping', codec: minchat.v1.FieldMapping };

export interface ImportProgress {
  bytes: number;
  totalBytes: number;
  prompts: number;
  demonstrations: number;
  comparisons: number;
  texts: number;
  skipped: number;
  /** The first bad records: at most 100 are told. */
  bad: BadRecord[];
  done: boolean;
  /** Records left out because somebody asked to be forgotten. */
  forgotten: number;
}
export const ImportProgress: MessageType<ImportProgress> = { name: 'ImportProgress', codec: minchat.v1.ImportProgress };

export interface BadRecord {
  line: number;
  /** The sentence in English, with its values in it. */
  reason: string;
  /** Which sentence it is (libs/datasets/src/bad-records.ts), and its values by name. */
  code: string;
  values: NamedValue[];
}
export const BadRecord: MessageType<BadRecord> = { name: 'BadRecord', codec: minchat.v1.BadRecord };

export interface NamedValue {
  name: string;
  value: string;
}
export const NamedValue: MessageType<NamedValue> = { name: 'NamedValue', codec: minchat.v1.NamedValue };

export interface ListCollectionsRequest {
}
export const ListCollectionsRequest: MessageType<ListCollectionsRequest> = { name: 'ListCollectionsRequest', codec: minchat.v1.ListCollectionsRequest };

export interface ListCollectionsReply {
  collections: Collection[];
}
export const ListCollectionsReply: MessageType<ListCollectionsReply> = { name: 'ListCollectionsReply', codec: minchat.v1.ListCollectionsReply };

export interface Collection {
  name: string;
  prompts: number;
  demonstrations: number;
  comparisons: number;
  texts: number;
}
export const Collection: MessageType<Collection> = { name: 'Collection', codec: minchat.v1.Collection };

/** Deletes a collection that was imported. What was made of it stays: the reply names the runs. */
export interface DeleteCollectionRequest {
  collection: string;
}
export const DeleteCollectionRequest: MessageType<DeleteCollectionRequest> = { name: 'DeleteCollectionRequest', codec: minchat.v1.DeleteCollectionRequest };

export interface DeleteCollectionReply {
  prompts: number;
  demonstrations: number;
  comparisons: number;
  texts: number;
  runs: string[];
}
export const DeleteCollectionReply: MessageType<DeleteCollectionReply> = { name: 'DeleteCollectionReply', codec: minchat.v1.DeleteCollectionReply };

/** Browses what is stored: one page of one type of records of a collection. */
export interface ListRecordsRequest {
  collection: string;
  /** prompts, demonstrations, comparisons or texts. */
  type: string;
  /** Records that have this in a prompt or an answer; empty for all. */
  search: string;
  /** Where the page before ended (next of its reply); empty for the first. */
  after: string;
  /** 0 means 50. */
  limit: number;
  /** Only what this labeler wrote or ranked; empty for all. */
  labeler: string;
  /**
   * Only prompts that the rules decided about so: train, validation, test, or a reason's
   * code (duplicate, personal data, limit); empty for all.
   */
  decision: string;
}
export const ListRecordsRequest: MessageType<ListRecordsRequest> = { name: 'ListRecordsRequest', codec: minchat.v1.ListRecordsRequest };

export interface ListRecordsReply {
  /** A search that goes on for long ends with few records, or none, and the place where it goes on. */
  records: StoredRecord[];
  /** Empty when nothing follows. */
  next: string;
}
export const ListRecordsReply: MessageType<ListRecordsReply> = { name: 'ListRecordsReply', codec: minchat.v1.ListRecordsReply };

export interface StoredRecord {
  id: string;
  messages: Message[];
  /** A demonstration's answer. */
  completion: string;
  answers: RankedAnswer[];
  /** Raw text, cut off after a while. */
  text: string;
  labeler: string;
  useCase: string;
  /**
   * What the rules decided when they were last applied: a split, or why it is dropped, which is a
   * code and what it is about (duplicate, duplicate:200, personal data:email,IBAN, limit:200).
   */
  decision: string;
  /** Who sent the prompt, where that is known. */
  user: string;
  /** What the labeler remarked about a demonstration or a comparison. */
  note: string;
  /** The prompt's right answer, where known. */
  reference: string;
}
export const StoredRecord: MessageType<StoredRecord> = { name: 'StoredRecord', codec: minchat.v1.StoredRecord };

/** What an import of a file's beginning would give. Imports nothing. */
export interface PreviewImportRequest {
  format: string;
  /** Whole lines of the file's beginning. */
  head: string;
  mapping: FieldMapping[];
}
export const PreviewImportRequest: MessageType<PreviewImportRequest> = { name: 'PreviewImportRequest', codec: minchat.v1.PreviewImportRequest };

export interface PreviewImportReply {
  /** The names of the fields that the records have. */
  fields: string[];
  records: PreviewedRecord[];
  bad: BadRecord[];
}
export const PreviewImportReply: MessageType<PreviewImportReply> = { name: 'PreviewImportReply', codec: minchat.v1.PreviewImportReply };

export interface PreviewedRecord {
  line: number;
  /** prompt, demonstration, comparison or text. */
  type: string;
  record?: StoredRecord | undefined;
}
export const PreviewedRecord: MessageType<PreviewedRecord> = { name: 'PreviewedRecord', codec: minchat.v1.PreviewedRecord };

/** All records of one type of a collection, in a form that can be imported again. */
export interface ExportRecordsRequest {
  collection: string;
  /** prompts, demonstrations, comparisons, texts; or preferences: the comparisons as pairs of a better and a worse answer. */
  type: string;
  /** parquet; empty for JSON lines. */
  format: string;
}
export const ExportRecordsRequest: MessageType<ExportRecordsRequest> = { name: 'ExportRecordsRequest', codec: minchat.v1.ExportRecordsRequest };

/** A piece of the file, whatever its format. */
export interface ExportChunk {
  lines: Uint8Array;
}
export const ExportChunk: MessageType<ExportChunk> = { name: 'ExportChunk', codec: minchat.v1.ExportChunk };

/** Applies the rules of a data stage with its default settings, to see what they would decide. */
export interface ApplyRulesRequest {
  collection: string;
}
export const ApplyRulesRequest: MessageType<ApplyRulesRequest> = { name: 'ApplyRulesRequest', codec: minchat.v1.ApplyRulesRequest };

export interface ApplyRulesReply {
  decisions: DecisionCount[];
}
export const ApplyRulesReply: MessageType<ApplyRulesReply> = { name: 'ApplyRulesReply', codec: minchat.v1.ApplyRulesReply };

export interface GetDecisionsRequest {
  collection: string;
}
export const GetDecisionsRequest: MessageType<GetDecisionsRequest> = { name: 'GetDecisionsRequest', codec: minchat.v1.GetDecisionsRequest };

export interface DecisionCount {
  /** train, validation, test, or why prompts are dropped (duplicate, personal data, limit). */
  decision: string;
  prompts: number;
}
export const DecisionCount: MessageType<DecisionCount> = { name: 'DecisionCount', codec: minchat.v1.DecisionCount };

/** Takes a labeling task for a while: nobody else is given it until the lease is over. */
export interface LeaseTaskRequest {
  labelerId: string;
  /** rank or write. */
  kind: string;
  /** Only this run's tasks; empty for any. */
  runId: string;
  /** Tasks that the labeler has before them or just ended; they are not given again. */
  holding: string[];
}
export const LeaseTaskRequest: MessageType<LeaseTaskRequest> = { name: 'LeaseTaskRequest', codec: minchat.v1.LeaseTaskRequest };

/** A task without an id: there is none. */
export interface LabelingTask {
  taskId: string;
  kind: string;
  runId: string;
  stage: string;
  promptId: string;
  messages: Message[];
  answers: OfferedAnswer[];
  leasedUntilMs: number;
}
export const LabelingTask: MessageType<LabelingTask> = { name: 'LabelingTask', codec: minchat.v1.LabelingTask };

export interface OfferedAnswer {
  text: string;
  finished: boolean;
}
export const OfferedAnswer: MessageType<OfferedAnswer> = { name: 'OfferedAnswer', codec: minchat.v1.OfferedAnswer };

/** Makes the lease of a task that the labeler holds begin anew, while they are at it. */
export interface RenewTaskRequest {
  taskId: string;
  labelerId: string;
  /** The name under which the labeler took it, if they go by another now. */
  formerly: string;
}
export const RenewTaskRequest: MessageType<RenewTaskRequest> = { name: 'RenewTaskRequest', codec: minchat.v1.RenewTaskRequest };

export interface RenewTaskReply {
  leasedUntilMs: number;
}
export const RenewTaskReply: MessageType<RenewTaskReply> = { name: 'RenewTaskReply', codec: minchat.v1.RenewTaskReply };

/** What the labeler decided. The store turns it into feedback. */
export interface SubmitTaskRequest {
  taskId: string;
  labelerId: string;
  /** For a ranking: one for each answer, in the order in which they were offered. */
  verdicts: Verdict[];
  /** For a demonstration: the answer. */
  completion: string;
  /** How long the labeler was at it, without the time in which they did nothing. */
  activeMs: number;
  /** What the labeler remarks about it, for people who read it. */
  note: string;
  /** In place of what the labeler has handed in of it. */
  replace: boolean;
}
export const SubmitTaskRequest: MessageType<SubmitTaskRequest> = { name: 'SubmitTaskRequest', codec: minchat.v1.SubmitTaskRequest };

export interface Verdict {
  /** 0 is best; equal ranks are ties. */
  rank: number;
  /** 1 to 7; 0 when not rated. */
  rating: number;
  flags: string[];
}
export const Verdict: MessageType<Verdict> = { name: 'Verdict', codec: minchat.v1.Verdict };

export interface SubmitTaskReply {
}
export const SubmitTaskReply: MessageType<SubmitTaskReply> = { name: 'SubmitTaskReply', codec: minchat.v1.SubmitTaskReply };

export interface SkipTaskRequest {
  taskId: string;
  labelerId: string;
  reason: string;
  activeMs: number;
  /** What the labeler remarks about it, for people who read it. */
  note: string;
  /** In place of what the labeler has handed in of it. */
  replace: boolean;
}
export const SkipTaskRequest: MessageType<SkipTaskRequest> = { name: 'SkipTaskRequest', codec: minchat.v1.SkipTaskRequest };

export interface SkipTaskReply {
}
export const SkipTaskReply: MessageType<SkipTaskReply> = { name: 'SkipTaskReply', codec: minchat.v1.SkipTaskReply };

/**
 * What a labeler has handed in and may change, the latest first: rankings that a stage of a run waits for, answers that no
 * run was given yet, and tasks that they skipped.
 */
export interface ListHandedInRequest {
  labelerId: string;
}
export const ListHandedInRequest: MessageType<ListHandedInRequest> = { name: 'ListHandedInRequest', codec: minchat.v1.ListHandedInRequest };

export interface ListHandedInReply {
  tasks: HandedIn[];
}
export const ListHandedInReply: MessageType<ListHandedInReply> = { name: 'ListHandedInReply', codec: minchat.v1.ListHandedInReply };

export interface HandedIn {
  taskId: string;
  runId: string;
  /** The beginning of its last turn. */
  prompt: string;
  atMs: number;
  /** rank or write. */
  kind: string;
  skipped: boolean;
}
export const HandedIn: MessageType<HandedIn> = { name: 'HandedIn', codec: minchat.v1.HandedIn };

/** One of them, to be changed: it stays what it is until it is handed in again. */
export interface GetHandedInRequest {
  taskId: string;
  labelerId: string;
}
export const GetHandedInRequest: MessageType<GetHandedInRequest> = { name: 'GetHandedInRequest', codec: minchat.v1.GetHandedInRequest };

export interface GetHandedInReply {
  task?: LabelingTask | undefined;
  /** Of a ranking, in the order of the task's answers. */
  verdicts: Verdict[];
  note: string;
  /** Of a demonstration. */
  completion: string;
  skipped: boolean;
  /** Why. */
  reason: string;
}
export const GetHandedInReply: MessageType<GetHandedInReply> = { name: 'GetHandedInReply', codec: minchat.v1.GetHandedInReply };

export interface ListQueuesRequest {
}
export const ListQueuesRequest: MessageType<ListQueuesRequest> = { name: 'ListQueuesRequest', codec: minchat.v1.ListQueuesRequest };

export interface ListQueuesReply {
  queues: LabelingQueue[];
  /** Prompts without an answer by a person, that one could be written for. */
  unanswered: number;
}
export const ListQueuesReply: MessageType<ListQueuesReply> = { name: 'ListQueuesReply', codec: minchat.v1.ListQueuesReply };

/**
 * A stage of a run that waits for rankings, in tasks. Gold questions are among them (of those wanted,
 * as many as are to be expected), so that the figures tell of no task whether it was one.
 */
export interface LabelingQueue {
  runId: string;
  stage: string;
  wanted: number;
  done: number;
  /** What is left to do, tasks leased now included. */
  open: number;
  leased: number;
}
export const LabelingQueue: MessageType<LabelingQueue> = { name: 'LabelingQueue', codec: minchat.v1.LabelingQueue };

/** How labelers did, and how well they agree: of one run, or of all when run_id is empty. */
export interface GetAgreementRequest {
  runId: string;
}
export const GetAgreementRequest: MessageType<GetAgreementRequest> = { name: 'GetAgreementRequest', codec: minchat.v1.GetAgreementRequest };

export interface GetAgreementReply {
  /** Krippendorff's alpha (ordinal) over all answers that several labelers ranked. */
  alpha?: Score | undefined;
  /** Mean of Kendall's tau-b over pairs of labelers of the same answers. */
  tau?: Score | undefined;
  labelers: LabelerFigures[];
  /** Tasks whose answers several labelers ranked, those with the least agreement first; at most 100. */
  tasks: TaskFigures[];
  /** All runs that somebody has labeled for, whichever was asked for. */
  runs: string[];
  /** What labelers remarked, the latest first; at most 100, long ones cut. */
  notes: LabelerNote[];
  /** Tasks that labelers skipped: those that are still open first, and of these those that most skipped; at most 100. */
  skipped: SkippedTask[];
}
export const GetAgreementReply: MessageType<GetAgreementReply> = { name: 'GetAgreementReply', codec: minchat.v1.GetAgreementReply };

/** A number that there may be none of: over how many things it is taken tells. */
export interface Score {
  value: number;
  count: number;
}
export const Score: MessageType<Score> = { name: 'Score', codec: minchat.v1.Score };

export interface LabelerFigures {
  labelerId: string;
  done: number;
  skipped: number;
  /** Of the time at a task that the page measured. */
  medianMs?: Score | undefined;
  /** Mean tau-b with the others who ranked the same tasks. */
  tau?: Score | undefined;
  alpha?: Score | undefined;
  /** Mean score of the gold questions. */
  gold?: Score | undefined;
  /** How often they handed something in again, in the place of what they had. */
  changed: number;
}
export const LabelerFigures: MessageType<LabelerFigures> = { name: 'LabelerFigures', codec: minchat.v1.LabelerFigures };

export interface TaskFigures {
  taskId: string;
  runId: string;
  prompt: string;
  labelers: number;
  tau?: Score | undefined;
  alpha?: Score | undefined;
}
export const TaskFigures: MessageType<TaskFigures> = { name: 'TaskFigures', codec: minchat.v1.TaskFigures };

export interface SkippedTask {
  runId: string;
  prompt: string;
  reasons: SkipReason[];
  /** Whether somebody is still to do it. */
  open: boolean;
}
export const SkippedTask: MessageType<SkippedTask> = { name: 'SkippedTask', codec: minchat.v1.SkippedTask };

export interface SkipReason {
  reason: string;
  count: number;
}
export const SkipReason: MessageType<SkipReason> = { name: 'SkipReason', codec: minchat.v1.SkipReason };

export interface LabelerNote {
  labelerId: string;
  runId: string;
  prompt: string;
  note: string;
  /** It is about a gold question, which is stored nowhere else. */
  gold: boolean;
  /** It is about a task that the labeler skipped. */
  skipped: boolean;
}
export const LabelerNote: MessageType<LabelerNote> = { name: 'LabelerNote', codec: minchat.v1.LabelerNote };

export interface GetGuidelinesRequest {
}
export const GetGuidelinesRequest: MessageType<GetGuidelinesRequest> = { name: 'GetGuidelinesRequest', codec: minchat.v1.GetGuidelinesRequest };

export interface SaveGuidelinesRequest {
  text: string;
  /** Those that the text was written from: it is refused when they are others by now. Whatever there is is replaced when it is not given. */
  writtenFrom?: Guidelines | undefined;
}
export const SaveGuidelinesRequest: MessageType<SaveGuidelinesRequest> = { name: 'SaveGuidelinesRequest', codec: minchat.v1.SaveGuidelinesRequest };

export interface Guidelines {
  /** Markdown; empty when nobody has written any. */
  text: string;
  updatedAtMs: number;
}
export const Guidelines: MessageType<Guidelines> = { name: 'Guidelines', codec: minchat.v1.Guidelines };

/** Deletes what a person sent, wherever it is stored, and keeps it from coming back. */
export interface ForgetUserRequest {
  /** The id or name that their data came with, or the name of their account. */
  userId: string;
  /** What becomes of the labels they gave: anonymise or delete. */
  labels: string;
  /** Tell what would be deleted, and delete nothing. */
  dryRun: boolean;
}
export const ForgetUserRequest: MessageType<ForgetUserRequest> = { name: 'ForgetUserRequest', codec: minchat.v1.ForgetUserRequest };

export interface ForgetUserReply {
  prompts: number;
  demonstrations: number;
  comparisons: number;
  tasks: number;
  /** Labels that stay under a pseudonym. */
  anonymised: number;
  /** Runs whose snapshots, models and reports were made before, and stay as they are. */
  runs: string[];
}
export const ForgetUserReply: MessageType<ForgetUserReply> = { name: 'ForgetUserReply', codec: minchat.v1.ForgetUserReply };

/** Every message, by its name in proto/. */
export const messageTypes = { ArtifactRef, Manifest, ManifestFile, NamedArtifact, Error: WireError, StageEvent, StageStarted, StageProgress, StageCheckpointed, StageCompleted, StageFailed, StageReleased, StageLogged, LogLine, RunChanged, Job, JobRecord, Checkpoint, StageResult, Metric, Message, PromptSubmitted, DemonstrationWritten, RankingSubmitted, RankedAnswer, GenerateRequest, Chat, TokenList, LogitBias, GenerateChunk, TokenLogprob, AlternativeToken, ScoreRequest, ScoredText, ScoreReply, EmbedRequest, EmbedInput, EmbedReply, Embedding, Actor, Account, CheckSessionRequest, CheckSessionReply, CheckKeyRequest, CheckKeyReply, LogInRequest, SessionReply, ListSessionsRequest, EndSessionsRequest, ListSessionsReply, Session, ChangePasswordRequest, ChangePasswordReply, AdminMissingRequest, AdminMissingReply, ListPeopleRequest, ListPeopleReply, ChangeAccountRequest, Invitation, InviteRequest, InviteReply, WithdrawInvitationRequest, WithdrawInvitationReply, LookAtInvitationRequest, LookAtInvitationReply, AcceptInvitationRequest, ApiKey, ListKeysRequest, ListKeysReply, MakeKeyRequest, MakeKeyReply, ChangeKeyRequest, RevokeKeyRequest, RevokeKeyReply, RecordAuditRequest, RecordAuditReply, ListAuditRequest, ListAuditReply, AuditEntry, RunRecord, StageRecord, SubmitRunRequest, GetRunRequest, ListRunsRequest, ListRunsReply, CancelRunRequest, ResumeRunRequest, DeleteRunsRequest, DeleteRunsReply, ForkRunRequest, ImportRequest, FieldMapping, ImportProgress, BadRecord, NamedValue, ListCollectionsRequest, ListCollectionsReply, Collection, DeleteCollectionRequest, DeleteCollectionReply, ListRecordsRequest, ListRecordsReply, StoredRecord, PreviewImportRequest, PreviewImportReply, PreviewedRecord, ExportRecordsRequest, ExportChunk, ApplyRulesRequest, ApplyRulesReply, GetDecisionsRequest, DecisionCount, LeaseTaskRequest, LabelingTask, OfferedAnswer, RenewTaskRequest, RenewTaskReply, SubmitTaskRequest, Verdict, SubmitTaskReply, SkipTaskRequest, SkipTaskReply, ListHandedInRequest, ListHandedInReply, HandedIn, GetHandedInRequest, GetHandedInReply, ListQueuesRequest, ListQueuesReply, LabelingQueue, GetAgreementRequest, GetAgreementReply, Score, LabelerFigures, TaskFigures, SkippedTask, SkipReason, LabelerNote, GetGuidelinesRequest, SaveGuidelinesRequest, Guidelines, ForgetUserRequest, ForgetUserReply } as const;
