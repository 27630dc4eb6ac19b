import { errorCodes, type ErrorCode } from './codes.ts';

export interface MinchatErrorOptions {
  /** What to do about it, when more is known than the table's general advice. */
  hint?: string;
  cause?: unknown;
}

/**
 * An error with a code of the table. `message` says what was expected and what was found;
 * `hint` says what to do.
 */
export class MinchatError extends Error {
  override readonly name = 'MinchatError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: MinchatErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorCodes[code].todo;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

export function isMinchatError(error: unknown): error is MinchatError {
  return error instanceof MinchatError;
}

/** Gives any thrown value a code: errors of the operating system that people meet get their own. */
export function toMinchatError(error: unknown): MinchatError {
  if (isMinchatError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  const system = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (system) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new MinchatError('MC_DISK_FULL', message, { cause: error });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new MinchatError('MC_ACCESS_DENIED', message, { cause: error });
    case 'ENOMEM':
      return new MinchatError('MC_MEMORY_FULL', message, { cause: error });
    case 'EADDRINUSE':
      return new MinchatError('MC_PORT_TAKEN', message, { cause: error });
    default:
      return new MinchatError('MC_INTERNAL', message, { cause: error });
  }
}
