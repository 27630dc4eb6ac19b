import { isMinchatError, MinchatError, toMinchatError } from '@minchat/errors';

/**
 * Gives an error of the database a code, and a message without the query: drizzle's own message
 * holds every parameter, which for an import is a whole batch of what people wrote.
 */
export function toDatabaseError(error: unknown): MinchatError {
  if (isMinchatError(error)) return error;
  const cause = error instanceof Error && error.name === 'DrizzleQueryError' ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error ? cause.message || code : String(cause);
  // PostgreSQL's classes: 08 connection, 57P being shut down, 28 not let in, 3D000 no such database.
  if (/^(08|57P|28|3D)/.test(code) || /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE)/.test(code) || /connection (terminated|timeout)|timeout exceeded when trying to connect/i.test(reason)) {
    return new MinchatError('MC_DATABASE_UNAVAILABLE', `expected a database that answers, found: ${reason}`, { cause });
  }
  if (code === '53100') return new MinchatError('MC_DISK_FULL', reason, { cause });
  return cause === error ? toMinchatError(error) : new MinchatError('MC_INTERNAL', `database: ${reason}`, { cause });
}

/** Runs queries; what they throw has a code. */
export async function withDatabaseErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDatabaseError(error);
  }
}
