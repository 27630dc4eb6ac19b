import { maxHeaderSize } from 'node:http';
import type { FastifyError } from 'fastify';
import { errorCodes, isMinchatError, type ErrorCode } from '@minchat/errors';
import type { ErrorAnswer } from './answers.ts';

/** OpenAI's error object, with its HTTP status. */
export interface ApiErrorBody extends ErrorAnswer {
  status: number;
  /** Seconds to wait before trying again, for the Retry-After header. */
  retryAfter?: number;
}

/** An error with OpenAI's names. Thrown in routes for what the caller can mend. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly body: ApiErrorBody;

  constructor(status: number, message: string, options: { code?: string; param?: string; retryAfter?: number } = {}) {
    super(message);
    this.body = {
      status,
      error: { message, type: typeOf(status), param: options.param ?? null, code: options.code ?? null },
      ...(options.retryAfter === undefined ? {} : { retryAfter: options.retryAfter }),
    };
  }
}

/** OpenAI's codes for the errors of the table that its clients know by name. */
const openaiCodes: Partial<Record<ErrorCode, string>> = {
  MC_CONTEXT_LENGTH: 'context_length_exceeded',
  MC_OVERLOADED: 'rate_limit_exceeded',
};

/** Errors whose message is about the caller's own request, so that it may be told in full. */
const tellable = new Set<ErrorCode>([
  'MC_USAGE', 'MC_SPEC_INVALID', 'MC_NOT_FOUND', 'MC_CONFLICT', 'MC_CONTEXT_LENGTH', 'MC_OVERLOADED', 'MC_STAGE_SETTINGS',
  'MC_STAGE_INPUT', 'MC_PLUGIN_UNKNOWN', 'MC_CANCELLED', 'MC_SERVICE_UNAVAILABLE', 'MC_TIMEOUT', 'MC_LOGIN_FAILED', 'MC_LOGIN_LIMITED',
  'MC_LINK_INVALID', 'MC_FORBIDDEN', 'MC_MESSAGE_TOO_LARGE', 'MC_VERSION_MISMATCH', 'MC_LABELING_OVER',
]);

/**
 * What the client is told of a thrown value: never a stack, a path or a message from inside. The
 * log has the whole, under the request id that the answer carries. `bodyLimit` is that of the route, in bytes.
 */
export function toApiError(error: unknown, bodyLimit?: number): ApiErrorBody {
  if (error instanceof ApiError) return error.body;
  if (isMinchatError(error)) {
    const entry = errorCodes[error.code];
    const message = tellable.has(error.code) ? `${error.message}. ${error.hint}` : entry.meaning;
    const code = openaiCodes[error.code] ?? error.code;
    const body: ApiErrorBody = { status: entry.http, error: { message, type: typeOf(entry.http), param: null, code } };
    if (error.code === 'MC_LOGIN_LIMITED') return { ...body, retryAfter: 15 * 60 };
    return entry.http === 429 || entry.http === 503 ? { ...body, retryAfter: 1 } : body;
  }
  return fromFastify(error, bodyLimit);
}

/** Errors of Node's HTTP parser: there is no request yet that an answer could belong to. */
export function fromClientError({ code }: { code?: string }): ApiErrorBody {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ApiError(408, 'The request took too long to arrive.').body;
  if (code === 'HPE_HEADER_OVERFLOW') return new ApiError(431, `The request headers are too large; expected at most ${String(maxHeaderSize)} bytes.`).body;
  return new ApiError(400, 'The request is not valid HTTP.').body;
}

/** Errors that fastify raises before a route runs: bad JSON, a body too large, a wrong media type. */
function fromFastify(error: unknown, bodyLimit: number | undefined): ApiErrorBody {
  const { statusCode, code } = (typeof error === 'object' && error !== null ? error : {}) as Partial<FastifyError>;
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) {
    return { status: 500, error: { message: errorCodes.MC_INTERNAL.meaning, type: 'server_error', param: null, code: 'MC_INTERNAL' } };
  }
  const known: Record<string, string> = {
    FST_ERR_CTP_BODY_TOO_LARGE: `The request body is too large${bodyLimit === undefined ? '' : `; expected at most ${String(bodyLimit)} bytes`}.`,
    FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the body as application/json.',
    FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'Send the body as application/json.',
    FST_ERR_CTP_EMPTY_JSON_BODY: 'The request body is empty; expected a JSON object.',
    FST_ERR_CTP_INVALID_JSON_BODY: 'The request body is not valid JSON.',
    FST_ERR_BAD_URL: 'The URL is not valid: expected two hexadecimal digits behind each %.',
    FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The request body does not have the length that Content-Length tells.',
  };
  const message = known[code ?? ''] ?? 'The request cannot be served.';
  return { status: statusCode, error: { message, type: typeOf(statusCode), param: null, code: null } };
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
