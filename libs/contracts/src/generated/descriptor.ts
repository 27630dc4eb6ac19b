// Generated from proto/ by libs/contracts/scripts/generate.ts. Do not edit.
import type { Descriptor } from '../descriptor.ts';

/** Every message and enum, for what is done alike for all of them. */
export const descriptor: Descriptor = {
 "messages": {
  "ArtifactRef": {
   "kind": {
    "id": 1,
    "type": "string"
   },
   "digest": {
    "id": 2,
    "type": "string"
   },
   "size": {
    "id": 3,
    "type": "uint64"
   },
   "scope": {
    "id": 4,
    "type": "string"
   }
  },
  "Manifest": {
   "kind": {
    "id": 1,
    "type": "string"
   },
   "files": {
    "id": 2,
    "type": "ManifestFile",
    "repeated": true
   }
  },
  "ManifestFile": {
   "path": {
    "id": 1,
    "type": "string"
   },
   "size": {
    "id": 2,
    "type": "uint64"
   },
   "sha256": {
    "id": 3,
    "type": "string"
   }
  },
  "NamedArtifact": {
   "name": {
    "id": 1,
    "type": "string"
   },
   "artifact": {
    "id": 2,
    "type": "ArtifactRef"
   }
  },
  "Error": {
   "code": {
    "id": 1,
    "type": "string"
   },
   "message": {
    "id": 2,
    "type": "string"
   },
   "hint": {
    "id": 3,
    "type": "string"
   },
   "retryable": {
    "id": 4,
    "type": "bool"
   }
  },
  "StageEvent": {
   "eventId": {
    "id": 1,
    "type": "string"
   },
   "runId": {
    "id": 2,
    "type": "string"
   },
   "jobId": {
    "id": 3,
    "type": "string"
   },
   "stage": {
    "id": 4,
    "type": "string"
   },
   "workerId": {
    "id": 5,
    "type": "string"
   },
   "atMs": {
    "id": 6,
    "type": "uint64"
   },
   "started": {
    "id": 10,
    "type": "StageStarted",
    "oneof": "detail"
   },
   "progress": {
    "id": 11,
    "type": "StageProgress",
    "oneof": "detail"
   },
   "checkpointed": {
    "id": 12,
    "type": "StageCheckpointed",
    "oneof": "detail"
   },
   "completed": {
    "id": 13,
    "type": "StageCompleted",
    "oneof": "detail"
   },
   "failed": {
    "id": 14,
    "type": "StageFailed",
    "oneof": "detail"
   },
   "released": {
    "id": 15,
    "type": "StageReleased",
    "oneof": "detail"
   },
   "runChanged": {
    "id": 16,
    "type": "RunChanged",
    "oneof": "detail"
   },
   "logged": {
    "id": 17,
    "type": "StageLogged",
    "oneof": "detail"
   }
  },
  "StageStarted": {
   "attempt": {
    "id": 1,
    "type": "uint32"
   },
   "plugin": {
    "id": 2,
    "type": "string"
   },
   "backend": {
    "id": 3,
    "type": "string"
   },
   "fromStep": {
    "id": 4,
    "type": "uint64"
   }
  },
  "StageProgress": {
   "step": {
    "id": 1,
    "type": "uint64"
   },
   "totalSteps": {
    "id": 2,
    "type": "uint64"
   },
   "tokens": {
    "id": 3,
    "type": "uint64"
   },
   "metrics": {
    "id": 4,
    "type": "Metric",
    "repeated": true
   },
   "message": {
    "id": 5,
    "type": "string"
   },
   "samples": {
    "id": 6,
    "type": "string",
    "repeated": true
   }
  },
  "StageCheckpointed": {
   "checkpoint": {
    "id": 1,
    "type": "Checkpoint"
   }
  },
  "StageCompleted": {
   "result": {
    "id": 1,
    "type": "StageResult"
   },
   "seconds": {
    "id": 2,
    "type": "double"
   }
  },
  "StageFailed": {
   "error": {
    "id": 1,
    "type": "Error"
   },
   "attempt": {
    "id": 2,
    "type": "uint32"
   },
   "final": {
    "id": 3,
    "type": "bool"
   }
  },
  "StageReleased": {
   "step": {
    "id": 1,
    "type": "uint64"
   },
   "attempt": {
    "id": 2,
    "type": "uint32"
   }
  },
  "StageLogged": {
   "lines": {
    "id": 1,
    "type": "LogLine",
    "repeated": true
   }
  },
  "LogLine": {
   "atMs": {
    "id": 1,
    "type": "uint64"
   },
   "level": {
    "id": 2,
    "type": "string"
   },
   "message": {
    "id": 3,
    "type": "string"
   },
   "fieldsJson": {
    "id": 4,
    "type": "string"
   }
  },
  "RunChanged": {
   "status": {
    "id": 1,
    "type": "string"
   }
  },
  "Job": {
   "jobId": {
    "id": 1,
    "type": "string"
   },
   "runId": {
    "id": 2,
    "type": "string"
   },
   "stage": {
    "id": 3,
    "type": "string"
   },
   "kind": {
    "id": 4,
    "type": "string"
   },
   "plugin": {
    "id": 5,
    "type": "string"
   },
   "seed": {
    "id": 6,
    "type": "uint32"
   },
   "settingsJson": {
    "id": 7,
    "type": "string"
   },
   "inputs": {
    "id": 8,
    "type": "NamedArtifact",
    "repeated": true
   },
   "createdAtMs": {
    "id": 9,
    "type": "uint64"
   },
   "round": {
    "id": 10,
    "type": "uint32"
   }
  },
  "JobRecord": {
   "jobId": {
    "id": 1,
    "type": "string"
   },
   "state": {
    "id": 2,
    "type": "JobState"
   },
   "workerId": {
    "id": 3,
    "type": "string"
   },
   "renewedAtMs": {
    "id": 4,
    "type": "uint64"
   },
   "leaseMs": {
    "id": 5,
    "type": "uint64"
   },
   "attempt": {
    "id": 6,
    "type": "uint32"
   },
   "checkpoint": {
    "id": 7,
    "type": "Checkpoint"
   },
   "result": {
    "id": 8,
    "type": "StageResult"
   },
   "error": {
    "id": 9,
    "type": "Error"
   },
   "runId": {
    "id": 10,
    "type": "string"
   },
   "stage": {
    "id": 11,
    "type": "string"
   },
   "completedAtMs": {
    "id": 12,
    "type": "uint64"
   },
   "failures": {
    "id": 13,
    "type": "uint32"
   },
   "round": {
    "id": 14,
    "type": "uint32"
   }
  },
  "Checkpoint": {
   "step": {
    "id": 1,
    "type": "uint64"
   },
   "artifact": {
    "id": 2,
    "type": "ArtifactRef"
   },
   "plugin": {
    "id": 3,
    "type": "string"
   }
  },
  "StageResult": {
   "outputs": {
    "id": 1,
    "type": "NamedArtifact",
    "repeated": true
   },
   "metrics": {
    "id": 2,
    "type": "Metric",
    "repeated": true
   }
  },
  "Metric": {
   "name": {
    "id": 1,
    "type": "string"
   },
   "value": {
    "id": 2,
    "type": "double"
   }
  },
  "Message": {
   "role": {
    "id": 1,
    "type": "string"
   },
   "content": {
    "id": 2,
    "type": "string"
   }
  },
  "PromptSubmitted": {
   "promptId": {
    "id": 1,
    "type": "string"
   },
   "userId": {
    "id": 2,
    "type": "string"
   },
   "messages": {
    "id": 3,
    "type": "Message",
    "repeated": true
   },
   "source": {
    "id": 4,
    "type": "string"
   },
   "atMs": {
    "id": 5,
    "type": "uint64"
   }
  },
  "DemonstrationWritten": {
   "demonstrationId": {
    "id": 1,
    "type": "string"
   },
   "promptId": {
    "id": 2,
    "type": "string"
   },
   "labelerId": {
    "id": 3,
    "type": "string"
   },
   "messages": {
    "id": 4,
    "type": "Message",
    "repeated": true
   },
   "completion": {
    "id": 5,
    "type": "string"
   },
   "atMs": {
    "id": 6,
    "type": "uint64"
   },
   "userId": {
    "id": 7,
    "type": "string"
   },
   "note": {
    "id": 8,
    "type": "string"
   },
   "taskId": {
    "id": 9,
    "type": "string"
   }
  },
  "RankingSubmitted": {
   "rankingId": {
    "id": 1,
    "type": "string"
   },
   "promptId": {
    "id": 2,
    "type": "string"
   },
   "labelerId": {
    "id": 3,
    "type": "string"
   },
   "messages": {
    "id": 4,
    "type": "Message",
    "repeated": true
   },
   "answers": {
    "id": 5,
    "type": "RankedAnswer",
    "repeated": true
   },
   "atMs": {
    "id": 6,
    "type": "uint64"
   },
   "taskId": {
    "id": 7,
    "type": "string"
   },
   "userId": {
    "id": 8,
    "type": "string"
   },
   "note": {
    "id": 9,
    "type": "string"
   }
  },
  "RankedAnswer": {
   "text": {
    "id": 1,
    "type": "string"
   },
   "rank": {
    "id": 2,
    "type": "uint32"
   },
   "finished": {
    "id": 3,
    "type": "bool"
   },
   "rating": {
    "id": 4,
    "type": "uint32"
   },
   "flags": {
    "id": 5,
    "type": "string",
    "repeated": true
   },
   "model": {
    "id": 6,
    "type": "string"
   }
  },
  "GenerateRequest": {
   "requestId": {
    "id": 1,
    "type": "string"
   },
   "model": {
    "id": 2,
    "type": "ArtifactRef"
   },
   "text": {
    "id": 3,
    "type": "string",
    "oneof": "prompt"
   },
   "chat": {
    "id": 4,
    "type": "Chat",
    "oneof": "prompt"
   },
   "tokens": {
    "id": 5,
    "type": "TokenList",
    "oneof": "prompt"
   },
   "maxTokens": {
    "id": 6,
    "type": "uint32"
   },
   "temperature": {
    "id": 7,
    "type": "double"
   },
   "topP": {
    "id": 8,
    "type": "double"
   },
   "topK": {
    "id": 9,
    "type": "uint32"
   },
   "frequencyPenalty": {
    "id": 10,
    "type": "double"
   },
   "presencePenalty": {
    "id": 11,
    "type": "double"
   },
   "n": {
    "id": 12,
    "type": "uint32"
   },
   "stop": {
    "id": 13,
    "type": "string",
    "repeated": true
   },
   "seed": {
    "id": 14,
    "type": "uint32"
   },
   "hasSeed": {
    "id": 15,
    "type": "bool"
   },
   "topLogprobs": {
    "id": 16,
    "type": "uint32"
   },
   "wantLogprobs": {
    "id": 17,
    "type": "bool"
   },
   "logitBias": {
    "id": 18,
    "type": "LogitBias",
    "repeated": true
   },
   "echo": {
    "id": 19,
    "type": "bool"
   },
   "client": {
    "id": 20,
    "type": "string"
   }
  },
  "Chat": {
   "messages": {
    "id": 1,
    "type": "Message",
    "repeated": true
   }
  },
  "TokenList": {
   "tokens": {
    "id": 1,
    "type": "uint32",
    "repeated": true
   }
  },
  "LogitBias": {
   "token": {
    "id": 1,
    "type": "uint32"
   },
   "bias": {
    "id": 2,
    "type": "double"
   }
  },
  "GenerateChunk": {
   "index": {
    "id": 1,
    "type": "uint32"
   },
   "text": {
    "id": 2,
    "type": "string"
   },
   "tokens": {
    "id": 3,
    "type": "TokenLogprob",
    "repeated": true
   },
   "finishReason": {
    "id": 4,
    "type": "string"
   },
   "promptTokens": {
    "id": 5,
    "type": "uint32"
   },
   "completionTokens": {
    "id": 6,
    "type": "uint32"
   }
  },
  "TokenLogprob": {
   "token": {
    "id": 1,
    "type": "uint32"
   },
   "text": {
    "id": 2,
    "type": "string"
   },
   "logprob": {
    "id": 3,
    "type": "double"
   },
   "top": {
    "id": 4,
    "type": "AlternativeToken",
    "repeated": true
   },
   "raw": {
    "id": 5,
    "type": "bytes"
   },
   "textOffset": {
    "id": 6,
    "type": "uint32"
   }
  },
  "AlternativeToken": {
   "token": {
    "id": 1,
    "type": "uint32"
   },
   "text": {
    "id": 2,
    "type": "string"
   },
   "logprob": {
    "id": 3,
    "type": "double"
   },
   "raw": {
    "id": 4,
    "type": "bytes"
   }
  },
  "ScoreRequest": {
   "model": {
    "id": 1,
    "type": "ArtifactRef"
   },
   "texts": {
    "id": 2,
    "type": "ScoredText",
    "repeated": true
   },
   "client": {
    "id": 3,
    "type": "string"
   }
  },
  "ScoredText": {
   "messages": {
    "id": 1,
    "type": "Message",
    "repeated": true
   },
   "completion": {
    "id": 2,
    "type": "string"
   }
  },
  "ScoreReply": {
   "scores": {
    "id": 1,
    "type": "double",
    "repeated": true
   }
  },
  "EmbedRequest": {
   "model": {
    "id": 1,
    "type": "ArtifactRef"
   },
   "inputs": {
    "id": 2,
    "type": "EmbedInput",
    "repeated": true
   },
   "client": {
    "id": 3,
    "type": "string"
   }
  },
  "EmbedInput": {
   "text": {
    "id": 1,
    "type": "string",
    "oneof": "input"
   },
   "tokens": {
    "id": 2,
    "type": "TokenList",
    "oneof": "input"
   }
  },
  "EmbedReply": {
   "embeddings": {
    "id": 1,
    "type": "Embedding",
    "repeated": true
   },
   "promptTokens": {
    "id": 2,
    "type": "uint32"
   }
  },
  "Embedding": {
   "values": {
    "id": 1,
    "type": "double",
    "repeated": true
   }
  },
  "Actor": {
   "accountId": {
    "id": 1,
    "type": "string"
   },
   "name": {
    "id": 2,
    "type": "string"
   },
   "address": {
    "id": 3,
    "type": "string"
   }
  },
  "Account": {
   "accountId": {
    "id": 1,
    "type": "string"
   },
   "name": {
    "id": 2,
    "type": "string"
   },
   "role": {
    "id": 3,
    "type": "string"
   },
   "disabled": {
    "id": 4,
    "type": "bool"
   },
   "createdAtMs": {
    "id": 5,
    "type": "uint64"
   },
   "seenAtMs": {
    "id": 6,
    "type": "uint64"
   }
  },
  "CheckSessionRequest": {
   "tokenHash": {
    "id": 1,
    "type": "string"
   }
  },
  "CheckSessionReply": {
   "account": {
    "id": 1,
    "type": "Account"
   },
   "sessionId": {
    "id": 2,
    "type": "string"
   }
  },
  "CheckKeyRequest": {
   "keyHash": {
    "id": 1,
    "type": "string"
   }
  },
  "CheckKeyReply": {
   "key": {
    "id": 1,
    "type": "ApiKey"
   }
  },
  "LogInRequest": {
   "name": {
    "id": 1,
    "type": "string"
   },
   "password": {
    "id": 2,
    "type": "string"
   },
   "address": {
    "id": 3,
    "type": "string"
   },
   "agent": {
    "id": 4,
    "type": "string"
   }
  },
  "SessionReply": {
   "token": {
    "id": 1,
    "type": "string"
   },
   "account": {
    "id": 2,
    "type": "Account"
   }
  },
  "ListSessionsRequest": {
   "accountId": {
    "id": 1,
    "type": "string"
   }
  },
  "EndSessionsRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "accountId": {
    "id": 2,
    "type": "string"
   },
   "sessionId": {
    "id": 3,
    "type": "string"
   },
   "keepSessionId": {
    "id": 4,
    "type": "string"
   }
  },
  "ListSessionsReply": {
   "sessions": {
    "id": 1,
    "type": "Session",
    "repeated": true
   }
  },
  "Session": {
   "sessionId": {
    "id": 1,
    "type": "string"
   },
   "address": {
    "id": 2,
    "type": "string"
   },
   "agent": {
    "id": 3,
    "type": "string"
   },
   "createdAtMs": {
    "id": 4,
    "type": "uint64"
   },
   "seenAtMs": {
    "id": 5,
    "type": "uint64"
   }
  },
  "ChangePasswordRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "oldPassword": {
    "id": 2,
    "type": "string"
   },
   "newPassword": {
    "id": 3,
    "type": "string"
   },
   "sessionId": {
    "id": 4,
    "type": "string"
   }
  },
  "ChangePasswordReply": {},
  "AdminMissingRequest": {},
  "AdminMissingReply": {
   "missing": {
    "id": 1,
    "type": "bool"
   }
  },
  "ListPeopleRequest": {},
  "ListPeopleReply": {
   "accounts": {
    "id": 1,
    "type": "Account",
    "repeated": true
   },
   "invitations": {
    "id": 2,
    "type": "Invitation",
    "repeated": true
   }
  },
  "ChangeAccountRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "accountId": {
    "id": 2,
    "type": "string"
   },
   "role": {
    "id": 3,
    "type": "string"
   },
   "disable": {
    "id": 4,
    "type": "bool"
   },
   "enable": {
    "id": 5,
    "type": "bool"
   }
  },
  "Invitation": {
   "invitationId": {
    "id": 1,
    "type": "string"
   },
   "role": {
    "id": 2,
    "type": "string"
   },
   "note": {
    "id": 3,
    "type": "string"
   },
   "accountId": {
    "id": 4,
    "type": "string"
   },
   "expiresAtMs": {
    "id": 5,
    "type": "uint64"
   }
  },
  "InviteRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "role": {
    "id": 2,
    "type": "string"
   },
   "note": {
    "id": 3,
    "type": "string"
   },
   "accountId": {
    "id": 4,
    "type": "string"
   }
  },
  "InviteReply": {
   "token": {
    "id": 1,
    "type": "string"
   },
   "invitation": {
    "id": 2,
    "type": "Invitation"
   }
  },
  "WithdrawInvitationRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "invitationId": {
    "id": 2,
    "type": "string"
   }
  },
  "WithdrawInvitationReply": {},
  "LookAtInvitationRequest": {
   "token": {
    "id": 1,
    "type": "string"
   }
  },
  "LookAtInvitationReply": {
   "role": {
    "id": 1,
    "type": "string"
   },
   "name": {
    "id": 2,
    "type": "string"
   }
  },
  "AcceptInvitationRequest": {
   "token": {
    "id": 1,
    "type": "string"
   },
   "name": {
    "id": 2,
    "type": "string"
   },
   "password": {
    "id": 3,
    "type": "string"
   },
   "address": {
    "id": 4,
    "type": "string"
   },
   "agent": {
    "id": 5,
    "type": "string"
   }
  },
  "ApiKey": {
   "keyId": {
    "id": 1,
    "type": "string"
   },
   "name": {
    "id": 2,
    "type": "string"
   },
   "prefix": {
    "id": 3,
    "type": "string"
   },
   "collect": {
    "id": 4,
    "type": "bool"
   },
   "rateLimit": {
    "id": 5,
    "type": "uint32"
   },
   "createdAtMs": {
    "id": 6,
    "type": "uint64"
   },
   "usedAtMs": {
    "id": 7,
    "type": "uint64"
   }
  },
  "ListKeysRequest": {},
  "ListKeysReply": {
   "keys": {
    "id": 1,
    "type": "ApiKey",
    "repeated": true
   }
  },
  "MakeKeyRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "name": {
    "id": 2,
    "type": "string"
   },
   "collect": {
    "id": 3,
    "type": "bool"
   },
   "rateLimit": {
    "id": 4,
    "type": "uint32"
   }
  },
  "MakeKeyReply": {
   "secret": {
    "id": 1,
    "type": "string"
   },
   "key": {
    "id": 2,
    "type": "ApiKey"
   }
  },
  "ChangeKeyRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "keyId": {
    "id": 2,
    "type": "string"
   },
   "collect": {
    "id": 3,
    "type": "bool"
   },
   "rateLimit": {
    "id": 4,
    "type": "uint32"
   }
  },
  "RevokeKeyRequest": {
   "actor": {
    "id": 1,
    "type": "Actor"
   },
   "keyId": {
    "id": 2,
    "type": "string"
   }
  },
  "RevokeKeyReply": {},
  "RecordAuditRequest": {
   "entry": {
    "id": 1,
    "type": "AuditEntry"
   }
  },
  "RecordAuditReply": {},
  "ListAuditRequest": {
   "before": {
    "id": 1,
    "type": "uint64"
   },
   "limit": {
    "id": 2,
    "type": "uint32"
   }
  },
  "ListAuditReply": {
   "entries": {
    "id": 1,
    "type": "AuditEntry",
    "repeated": true
   },
   "next": {
    "id": 2,
    "type": "uint64"
   }
  },
  "AuditEntry": {
   "number": {
    "id": 1,
    "type": "uint64"
   },
   "atMs": {
    "id": 2,
    "type": "uint64"
   },
   "actor": {
    "id": 3,
    "type": "Actor"
   },
   "action": {
    "id": 4,
    "type": "string"
   },
   "target": {
    "id": 5,
    "type": "string"
   },
   "detail": {
    "id": 6,
    "type": "string"
   }
  },
  "RunRecord": {
   "runId": {
    "id": 1,
    "type": "string"
   },
   "name": {
    "id": 2,
    "type": "string"
   },
   "specJson": {
    "id": 3,
    "type": "string"
   },
   "status": {
    "id": 4,
    "type": "RunStatus"
   },
   "stages": {
    "id": 5,
    "type": "StageRecord",
    "repeated": true
   },
   "createdAtMs": {
    "id": 6,
    "type": "uint64"
   },
   "updatedAtMs": {
    "id": 7,
    "type": "uint64"
   },
   "forkedFrom": {
    "id": 8,
    "type": "string"
   },
   "error": {
    "id": 9,
    "type": "Error"
   }
  },
  "StageRecord": {
   "stage": {
    "id": 1,
    "type": "string"
   },
   "kind": {
    "id": 2,
    "type": "string"
   },
   "status": {
    "id": 3,
    "type": "StageStatus"
   },
   "jobId": {
    "id": 4,
    "type": "string"
   },
   "attempt": {
    "id": 5,
    "type": "uint32"
   },
   "result": {
    "id": 6,
    "type": "StageResult"
   },
   "error": {
    "id": 7,
    "type": "Error"
   },
   "step": {
    "id": 8,
    "type": "uint64"
   },
   "totalSteps": {
    "id": 9,
    "type": "uint64"
   },
   "tokens": {
    "id": 10,
    "type": "uint64"
   },
   "metrics": {
    "id": 11,
    "type": "Metric",
    "repeated": true
   },
   "queuedAtMs": {
    "id": 12,
    "type": "uint64"
   },
   "startedAtMs": {
    "id": 13,
    "type": "uint64"
   },
   "finishedAtMs": {
    "id": 14,
    "type": "uint64"
   },
   "round": {
    "id": 15,
    "type": "uint32"
   }
  },
  "SubmitRunRequest": {
   "specJson": {
    "id": 1,
    "type": "string"
   },
   "runId": {
    "id": 2,
    "type": "string"
   }
  },
  "GetRunRequest": {
   "runId": {
    "id": 1,
    "type": "string"
   }
  },
  "ListRunsRequest": {
   "limit": {
    "id": 1,
    "type": "uint32"
   }
  },
  "ListRunsReply": {
   "runs": {
    "id": 1,
    "type": "RunRecord",
    "repeated": true
   }
  },
  "CancelRunRequest": {
   "runId": {
    "id": 1,
    "type": "string"
   }
  },
  "ResumeRunRequest": {
   "runId": {
    "id": 1,
    "type": "string"
   }
  },
  "DeleteRunsRequest": {
   "runIds": {
    "id": 1,
    "type": "string",
    "repeated": true
   },
   "dryRun": {
    "id": 2,
    "type": "bool"
   }
  },
  "DeleteRunsReply": {
   "artifacts": {
    "id": 1,
    "type": "uint64"
   },
   "bytes": {
    "id": 2,
    "type": "uint64"
   }
  },
  "ForkRunRequest": {
   "runId": {
    "id": 1,
    "type": "string"
   },
   "fromStage": {
    "id": 2,
    "type": "string"
   },
   "settingsJson": {
    "id": 3,
    "type": "string"
   },
   "replace": {
    "id": 4,
    "type": "bool"
   }
  },
  "ImportRequest": {
   "file": {
    "id": 1,
    "type": "ArtifactRef"
   },
   "format": {
    "id": 2,
    "type": "string"
   },
   "collection": {
    "id": 3,
    "type": "string"
   },
   "strict": {
    "id": 4,
    "type": "bool"
   },
   "mapping": {
    "id": 5,
    "type": "FieldMapping",
    "repeated": true
   }
  },
  "FieldMapping": {
   "field": {
    "id": 1,
    "type": "string"
   },
   "from": {
    "id": 2,
    "type": "string"
   }
  },
  "ImportProgress": {
   "bytes": {
    "id": 1,
    "type": "uint64"
   },
   "totalBytes": {
    "id": 2,
    "type": "uint64"
   },
   "prompts": {
    "id": 3,
    "type": "uint64"
   },
   "demonstrations": {
    "id": 4,
    "type": "uint64"
   },
   "comparisons": {
    "id": 5,
    "type": "uint64"
   },
   "texts": {
    "id": 6,
    "type": "uint64"
   },
   "skipped": {
    "id": 7,
    "type": "uint64"
   },
   "bad": {
    "id": 8,
    "type": "BadRecord",
    "repeated": true
   },
   "done": {
    "id": 9,
    "type": "bool"
   },
   "forgotten": {
    "id": 10,
    "type": "uint64"
   }
  },
  "BadRecord": {
   "line": {
    "id": 1,
    "type": "uint64"
   },
   "reason": {
    "id": 2,
    "type": "string"
   },
   "code": {
    "id": 3,
    "type": "string"
   },
   "values": {
    "id": 4,
    "type": "NamedValue",
    "repeated": true
   }
  },
  "NamedValue": {
   "name": {
    "id": 1,
    "type": "string"
   },
   "value": {
    "id": 2,
    "type": "string"
   }
  },
  "ListCollectionsRequest": {},
  "ListCollectionsReply": {
   "collections": {
    "id": 1,
    "type": "Collection",
    "repeated": true
   }
  },
  "Collection": {
   "name": {
    "id": 1,
    "type": "string"
   },
   "prompts": {
    "id": 2,
    "type": "uint64"
   },
   "demonstrations": {
    "id": 3,
    "type": "uint64"
   },
   "comparisons": {
    "id": 4,
    "type": "uint64"
   },
   "texts": {
    "id": 5,
    "type": "uint64"
   }
  },
  "DeleteCollectionRequest": {
   "collection": {
    "id": 1,
    "type": "string"
   }
  },
  "DeleteCollectionReply": {
   "prompts": {
    "id": 1,
    "type": "uint64"
   },
   "demonstrations": {
    "id": 2,
    "type": "uint64"
   },
   "comparisons": {
    "id": 3,
    "type": "uint64"
   },
   "texts": {
    "id": 4,
    "type": "uint64"
   },
   "runs": {
    "id": 5,
    "type": "string",
    "repeated": true
   }
  },
  "ListRecordsRequest": {
   "collection": {
    "id": 1,
    "type": "string"
   },
   "type": {
    "id": 2,
    "type": "string"
   },
   "search": {
    "id": 3,
    "type": "string"
   },
   "after": {
    "id": 4,
    "type": "string"
   },
   "limit": {
    "id": 5,
    "type": "uint32"
   },
   "labeler": {
    "id": 6,
    "type": "string"
   },
   "decision": {
    "id": 7,
    "type": "string"
   }
  },
  "ListRecordsReply": {
   "records": {
    "id": 1,
    "type": "StoredRecord",
    "repeated": true
   },
   "next": {
    "id": 2,
    "type": "string"
   }
  },
  "StoredRecord": {
   "id": {
    "id": 1,
    "type": "string"
   },
   "messages": {
    "id": 2,
    "type": "Message",
    "repeated": true
   },
   "completion": {
    "id": 3,
    "type": "string"
   },
   "answers": {
    "id": 4,
    "type": "RankedAnswer",
    "repeated": true
   },
   "text": {
    "id": 5,
    "type": "string"
   },
   "labeler": {
    "id": 6,
    "type": "string"
   },
   "useCase": {
    "id": 7,
    "type": "string"
   },
   "decision": {
    "id": 8,
    "type": "string"
   },
   "user": {
    "id": 9,
    "type": "string"
   },
   "note": {
    "id": 10,
    "type": "string"
   },
   "reference": {
    "id": 11,
    "type": "string"
   }
  },
  "PreviewImportRequest": {
   "format": {
    "id": 1,
    "type": "string"
   },
   "head": {
    "id": 2,
    "type": "string"
   },
   "mapping": {
    "id": 3,
    "type": "FieldMapping",
    "repeated": true
   }
  },
  "PreviewImportReply": {
   "fields": {
    "id": 1,
    "type": "string",
    "repeated": true
   },
   "records": {
    "id": 2,
    "type": "PreviewedRecord",
    "repeated": true
   },
   "bad": {
    "id": 3,
    "type": "BadRecord",
    "repeated": true
   }
  },
  "PreviewedRecord": {
   "line": {
    "id": 1,
    "type": "uint64"
   },
   "type": {
    "id": 2,
    "type": "string"
   },
   "record": {
    "id": 3,
    "type": "StoredRecord"
   }
  },
  "ExportRecordsRequest": {
   "collection": {
    "id": 1,
    "type": "string"
   },
   "type": {
    "id": 2,
    "type": "string"
   },
   "format": {
    "id": 3,
    "type": "string"
   }
  },
  "ExportChunk": {
   "lines": {
    "id": 1,
    "type": "bytes"
   }
  },
  "ApplyRulesRequest": {
   "collection": {
    "id": 1,
    "type": "string"
   }
  },
  "ApplyRulesReply": {
   "decisions": {
    "id": 1,
    "type": "DecisionCount",
    "repeated": true
   }
  },
  "GetDecisionsRequest": {
   "collection": {
    "id": 1,
    "type": "string"
   }
  },
  "DecisionCount": {
   "decision": {
    "id": 1,
    "type": "string"
   },
   "prompts": {
    "id": 2,
    "type": "uint64"
   }
  },
  "LeaseTaskRequest": {
   "labelerId": {
    "id": 1,
    "type": "string"
   },
   "kind": {
    "id": 2,
    "type": "string"
   },
   "runId": {
    "id": 3,
    "type": "string"
   },
   "holding": {
    "id": 4,
    "type": "string",
    "repeated": true
   }
  },
  "LabelingTask": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "kind": {
    "id": 2,
    "type": "string"
   },
   "runId": {
    "id": 3,
    "type": "string"
   },
   "stage": {
    "id": 4,
    "type": "string"
   },
   "promptId": {
    "id": 5,
    "type": "string"
   },
   "messages": {
    "id": 6,
    "type": "Message",
    "repeated": true
   },
   "answers": {
    "id": 7,
    "type": "OfferedAnswer",
    "repeated": true
   },
   "leasedUntilMs": {
    "id": 8,
    "type": "uint64"
   }
  },
  "OfferedAnswer": {
   "text": {
    "id": 1,
    "type": "string"
   },
   "finished": {
    "id": 2,
    "type": "bool"
   }
  },
  "RenewTaskRequest": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "labelerId": {
    "id": 2,
    "type": "string"
   },
   "formerly": {
    "id": 3,
    "type": "string"
   }
  },
  "RenewTaskReply": {
   "leasedUntilMs": {
    "id": 1,
    "type": "uint64"
   }
  },
  "SubmitTaskRequest": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "labelerId": {
    "id": 2,
    "type": "string"
   },
   "verdicts": {
    "id": 3,
    "type": "Verdict",
    "repeated": true
   },
   "completion": {
    "id": 4,
    "type": "string"
   },
   "activeMs": {
    "id": 5,
    "type": "uint32"
   },
   "note": {
    "id": 6,
    "type": "string"
   },
   "replace": {
    "id": 7,
    "type": "bool"
   }
  },
  "Verdict": {
   "rank": {
    "id": 1,
    "type": "uint32"
   },
   "rating": {
    "id": 2,
    "type": "uint32"
   },
   "flags": {
    "id": 3,
    "type": "string",
    "repeated": true
   }
  },
  "SubmitTaskReply": {},
  "SkipTaskRequest": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "labelerId": {
    "id": 2,
    "type": "string"
   },
   "reason": {
    "id": 3,
    "type": "string"
   },
   "activeMs": {
    "id": 4,
    "type": "uint32"
   },
   "note": {
    "id": 5,
    "type": "string"
   },
   "replace": {
    "id": 6,
    "type": "bool"
   }
  },
  "SkipTaskReply": {},
  "ListHandedInRequest": {
   "labelerId": {
    "id": 1,
    "type": "string"
   }
  },
  "ListHandedInReply": {
   "tasks": {
    "id": 1,
    "type": "HandedIn",
    "repeated": true
   }
  },
  "HandedIn": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "runId": {
    "id": 2,
    "type": "string"
   },
   "prompt": {
    "id": 3,
    "type": "string"
   },
   "atMs": {
    "id": 4,
    "type": "uint64"
   },
   "kind": {
    "id": 5,
    "type": "string"
   },
   "skipped": {
    "id": 6,
    "type": "bool"
   }
  },
  "GetHandedInRequest": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "labelerId": {
    "id": 2,
    "type": "string"
   }
  },
  "GetHandedInReply": {
   "task": {
    "id": 1,
    "type": "LabelingTask"
   },
   "verdicts": {
    "id": 2,
    "type": "Verdict",
    "repeated": true
   },
   "note": {
    "id": 3,
    "type": "string"
   },
   "completion": {
    "id": 4,
    "type": "string"
   },
   "skipped": {
    "id": 5,
    "type": "bool"
   },
   "reason": {
    "id": 6,
    "type": "string"
   }
  },
  "ListQueuesRequest": {},
  "ListQueuesReply": {
   "queues": {
    "id": 1,
    "type": "LabelingQueue",
    "repeated": true
   },
   "unanswered": {
    "id": 2,
    "type": "uint64"
   }
  },
  "LabelingQueue": {
   "runId": {
    "id": 1,
    "type": "string"
   },
   "stage": {
    "id": 2,
    "type": "string"
   },
   "wanted": {
    "id": 3,
    "type": "uint64"
   },
   "done": {
    "id": 4,
    "type": "uint64"
   },
   "open": {
    "id": 5,
    "type": "uint64"
   },
   "leased": {
    "id": 6,
    "type": "uint64"
   }
  },
  "GetAgreementRequest": {
   "runId": {
    "id": 1,
    "type": "string"
   }
  },
  "GetAgreementReply": {
   "alpha": {
    "id": 1,
    "type": "Score"
   },
   "tau": {
    "id": 2,
    "type": "Score"
   },
   "labelers": {
    "id": 3,
    "type": "LabelerFigures",
    "repeated": true
   },
   "tasks": {
    "id": 4,
    "type": "TaskFigures",
    "repeated": true
   },
   "runs": {
    "id": 5,
    "type": "string",
    "repeated": true
   },
   "notes": {
    "id": 6,
    "type": "LabelerNote",
    "repeated": true
   },
   "skipped": {
    "id": 7,
    "type": "SkippedTask",
    "repeated": true
   }
  },
  "Score": {
   "value": {
    "id": 1,
    "type": "double"
   },
   "count": {
    "id": 2,
    "type": "uint64"
   }
  },
  "LabelerFigures": {
   "labelerId": {
    "id": 1,
    "type": "string"
   },
   "done": {
    "id": 2,
    "type": "uint64"
   },
   "skipped": {
    "id": 3,
    "type": "uint64"
   },
   "medianMs": {
    "id": 4,
    "type": "Score"
   },
   "tau": {
    "id": 5,
    "type": "Score"
   },
   "alpha": {
    "id": 6,
    "type": "Score"
   },
   "gold": {
    "id": 7,
    "type": "Score"
   },
   "changed": {
    "id": 8,
    "type": "uint64"
   }
  },
  "TaskFigures": {
   "taskId": {
    "id": 1,
    "type": "string"
   },
   "runId": {
    "id": 2,
    "type": "string"
   },
   "prompt": {
    "id": 3,
    "type": "string"
   },
   "labelers": {
    "id": 4,
    "type": "uint64"
   },
   "tau": {
    "id": 5,
    "type": "Score"
   },
   "alpha": {
    "id": 6,
    "type": "Score"
   }
  },
  "SkippedTask": {
   "runId": {
    "id": 1,
    "type": "string"
   },
   "prompt": {
    "id": 2,
    "type": "string"
   },
   "reasons": {
    "id": 3,
    "type": "SkipReason",
    "repeated": true
   },
   "open": {
    "id": 4,
    "type": "bool"
   }
  },
  "SkipReason": {
   "reason": {
    "id": 1,
    "type": "string"
   },
   "count": {
    "id": 2,
    "type": "uint64"
   }
  },
  "LabelerNote": {
   "labelerId": {
    "id": 1,
    "type": "string"
   },
   "runId": {
    "id": 2,
    "type": "string"
   },
   "prompt": {
    "id": 3,
    "type": "string"
   },
   "note": {
    "id": 4,
    "type": "string"
   },
   "gold": {
    "id": 5,
    "type": "bool"
   },
   "skipped": {
    "id": 6,
    "type": "bool"
   }
  },
  "GetGuidelinesRequest": {},
  "SaveGuidelinesRequest": {
   "text": {
    "id": 1,
    "type": "string"
   },
   "writtenFrom": {
    "id": 2,
    "type": "Guidelines"
   }
  },
  "Guidelines": {
   "text": {
    "id": 1,
    "type": "string"
   },
   "updatedAtMs": {
    "id": 2,
    "type": "uint64"
   }
  },
  "ForgetUserRequest": {
   "userId": {
    "id": 1,
    "type": "string"
   },
   "labels": {
    "id": 2,
    "type": "string"
   },
   "dryRun": {
    "id": 3,
    "type": "bool"
   }
  },
  "ForgetUserReply": {
   "prompts": {
    "id": 1,
    "type": "uint64"
   },
   "demonstrations": {
    "id": 2,
    "type": "uint64"
   },
   "comparisons": {
    "id": 3,
    "type": "uint64"
   },
   "tasks": {
    "id": 4,
    "type": "uint64"
   },
   "anonymised": {
    "id": 5,
    "type": "uint64"
   },
   "runs": {
    "id": 6,
    "type": "string",
    "repeated": true
   }
  }
 },
 "enums": {
  "JobState": {
   "JOB_STATE_UNSPECIFIED": 0,
   "JOB_STATE_HELD": 1,
   "JOB_STATE_RELEASED": 2,
   "JOB_STATE_COMPLETED": 3,
   "JOB_STATE_FAILED": 4,
   "JOB_STATE_CANCELLED": 5
  },
  "RunStatus": {
   "RUN_STATUS_UNSPECIFIED": 0,
   "RUN_STATUS_RUNNING": 1,
   "RUN_STATUS_COMPLETED": 2,
   "RUN_STATUS_FAILED": 3,
   "RUN_STATUS_CANCELLED": 4
  },
  "StageStatus": {
   "STAGE_STATUS_UNSPECIFIED": 0,
   "STAGE_STATUS_WAITING": 1,
   "STAGE_STATUS_QUEUED": 2,
   "STAGE_STATUS_RUNNING": 3,
   "STAGE_STATUS_COMPLETED": 4,
   "STAGE_STATUS_FAILED": 5,
   "STAGE_STATUS_CANCELLED": 6
  }
 }
};
