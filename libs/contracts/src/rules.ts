// What a field must hold beyond its type. Fields without a rule may have any value of their type;
// numbers are always finite, strings well-formed Unicode, enums never UNSPECIFIED.

export interface Rule {
  readonly expected: string;
  test(value: unknown): boolean;
}

function pattern(expression: RegExp, expected: string): Rule {
  return { expected, test: (value) => typeof value === 'string' && expression.test(value) };
}

function orEmpty(rule: Rule): Rule {
  return { expected: `nothing or ${rule.expected}`, test: (value) => value === '' || rule.test(value) };
}

function json(value: unknown): boolean {
  try {
    const parsed: unknown = JSON.parse(value as string);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}

/** GenerateRequest.maxTokens for as many tokens as the model's context has room for. */
export const asManyAsFit = 0xffff_ffff;

/** Characters of what a labeler remarks about a ranking or an answer. */
export const longestNote = 2_000;

/** Safe as a token of a subject, a key of a bucket and the name of a file. */
export const namePattern = /^[a-z0-9_-]{1,128}$/;
export const digestPattern = /^sha256:[0-9a-f]{64}$/;

const name = pattern(namePattern, '1 to 128 of a-z, 0-9, _ and -');
// Made of a job_id and a word.
const eventId = pattern(/^[a-z0-9_-]{1,200}$/, '1 to 200 of a-z, 0-9, _ and -');
const digest = pattern(digestPattern, '"sha256:" and 64 hex digits');
const sha256 = pattern(/^[0-9a-f]{64}$/, '64 hex digits');
const code = pattern(/^MC_[A-Z_]+$/, 'an error code (MC_...)');
const role = pattern(/^(system|user|assistant)$/, 'system, user or assistant');
// Relative, "/" between folders, no empty, "." or ".." part, nothing that a file system reads otherwise.
// The dot takes any character (s): else it stops at U+2028, and what stands behind it is not looked at.
// eslint-disable-next-line no-control-regex
const path = pattern(/^(?!.*(^|\/)\.{0,2}(\/|$))[^\\:\u0000-\u001f]{1,512}$/s, 'a relative path that stays in its folder');
const personRole = pattern(/^(admin|labeler|viewer)$/, 'admin, labeler or viewer');
const filled = pattern(/[^]/, 'a text that is not empty');
const recordType = pattern(/^(prompts|demonstrations|comparisons|texts)$/, 'prompts, demonstrations, comparisons or texts');
const exportedType = pattern(/^(prompts|demonstrations|comparisons|preferences|texts)$/, 'prompts, demonstrations, comparisons, preferences or texts');
const note: Rule = { expected: `a note of at most ${longestNote} characters`, test: (value) => (value as string).length <= longestNote };
const object: Rule = { expected: 'a JSON object', test: json };
const present: Rule = { expected: 'a value', test: (value) => value !== undefined };

/** By "Message.field"; "Message.oneof" asks that one of its fields is set. */
export const rules: Readonly<Record<string, Rule>> = {
  'ArtifactRef.kind': name,
  'ArtifactRef.digest': digest,
  'ArtifactRef.scope': orEmpty(name),
  'Manifest.kind': name,
  'ManifestFile.path': path,
  'ManifestFile.sha256': sha256,
  'NamedArtifact.name': name,
  'NamedArtifact.artifact': present,
  'Error.code': code,

  'Job.jobId': name,
  'Job.runId': name,
  'Job.stage': name,
  'Job.kind': name,
  'Job.settingsJson': orEmpty(object),
  'JobRecord.jobId': name,
  'JobRecord.runId': name,
  'JobRecord.stage': name,
  'JobRecord.workerId': orEmpty(name),
  'Checkpoint.artifact': present,
  'Metric.name': filled,

  'StageEvent.eventId': eventId,
  'StageEvent.runId': name,
  'StageEvent.jobId': orEmpty(name),
  'StageEvent.stage': name,
  'StageEvent.workerId': orEmpty(name),
  'StageEvent.detail': present,
  'StageCheckpointed.checkpoint': present,
  'StageCompleted.result': present,
  'StageFailed.error': present,
  'RunChanged.status': filled,
  'LogLine.fieldsJson': orEmpty(object),

  'RunRecord.runId': name,
  'RunRecord.specJson': object,
  'RunRecord.forkedFrom': orEmpty(name),
  'StageRecord.stage': name,
  'StageRecord.kind': name,
  'StageRecord.jobId': orEmpty(name),
  'SubmitRunRequest.specJson': object,
  'SubmitRunRequest.runId': orEmpty(name),
  'GetRunRequest.runId': name,
  'CancelRunRequest.runId': name,
  'ResumeRunRequest.runId': name,
  'ForkRunRequest.runId': name,
  'ForkRunRequest.fromStage': name,
  'ForkRunRequest.settingsJson': orEmpty(object),

  'Message.role': role,
  'PromptSubmitted.promptId': filled,
  'DemonstrationWritten.demonstrationId': filled,
  'RankingSubmitted.rankingId': filled,
  'RankingSubmitted.promptId': filled,

  'GenerateRequest.requestId': name,
  'GenerateRequest.model': present,
  'GenerateRequest.prompt': present,
  'ScoreRequest.model': present,
  'EmbedRequest.model': present,
  'EmbedInput.input': present,

  'ImportRequest.file': present,
  'ImportRequest.format': name,
  'ImportRequest.collection': name,
  'Collection.name': name,
  'DeleteCollectionRequest.collection': filled,
  'ListRecordsRequest.collection': filled,
  'ListRecordsRequest.type': recordType,
  'LeaseTaskRequest.labelerId': filled,
  'LeaseTaskRequest.kind': pattern(/^(rank|write)$/, 'rank or write'),
  'LeaseTaskRequest.runId': orEmpty(name),
  'RenewTaskRequest.taskId': filled,
  'RenewTaskRequest.labelerId': filled,
  'SubmitTaskRequest.taskId': filled,
  'SubmitTaskRequest.labelerId': filled,
  'SubmitTaskRequest.note': note,
  'SkipTaskRequest.taskId': filled,
  'SkipTaskRequest.labelerId': filled,
  'SkipTaskRequest.note': note,
  'ListHandedInRequest.labelerId': filled,
  'GetHandedInRequest.taskId': filled,
  'GetHandedInRequest.labelerId': filled,
  'PreviewImportRequest.format': name,
  'ExportRecordsRequest.collection': filled,
  'ExportRecordsRequest.type': exportedType,
  'ExportRecordsRequest.format': pattern(/^(parquet)?$/, 'parquet, or nothing for JSON lines'),
  'ApplyRulesRequest.collection': filled,
  'GetDecisionsRequest.collection': filled,
  'GetAgreementRequest.runId': orEmpty(name),
  'ForgetUserRequest.userId': filled,
  'ForgetUserRequest.labels': pattern(/^(anonymise|delete)$/, 'anonymise or delete'),

  'Account.accountId': name,
  'Account.role': personRole,
  'CheckSessionRequest.tokenHash': sha256,
  'CheckKeyRequest.keyHash': sha256,
  'ListSessionsRequest.accountId': name,
  'EndSessionsRequest.accountId': name,
  'ChangeAccountRequest.accountId': name,
  'ChangeAccountRequest.role': orEmpty(personRole),
  'Invitation.role': personRole,
  'InviteRequest.role': orEmpty(personRole),
  'InviteRequest.accountId': orEmpty(name),
  'WithdrawInvitationRequest.invitationId': name,
  'MakeKeyRequest.name': filled,
  'ChangeKeyRequest.keyId': name,
  'RevokeKeyRequest.keyId': name,
  'RecordAuditRequest.entry': present,
  'AuditEntry.action': filled,
};
