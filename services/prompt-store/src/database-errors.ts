import { DrizzleQueryError } from 'drizzle-orm';
import { isMinchatError, MinchatError, toMinchatError } from '@minchat/errors';

/**
 * Gives an error of the database a code, and a message without the query: drizzle's own message
 * holds every parameter, which for an import is a whole batch of what people wrote.
 */
export function toDatabaseError(error: unknown): MinchatError {
  if (isMinchatError(error)) return error;
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  const code = codeOf(cause);
  const reason = cause instanceof Error ? cause.message || code : String(cause);
  if (isUnavailable(code, reason)) return new MinchatError('MC_DATABASE_UNAVAILABLE', `expected a database that answers, found: ${reason}`, { cause });
  // PostgreSQL's code for a full disk.
  if (code === '53100') return new MinchatError('MC_DISK_FULL', reason, { cause });
  // Of its class of bad values, which its own messages quote.
  if (/^22...$/.test(code)) return new MinchatError('MC_INTERNAL', `database: a value that it cannot take (${code})`);
  return cause === error ? toMinchatError(error) : new MinchatError('MC_INTERNAL', `database: ${reason}`, { cause });
}

/** Runs queries. What the database throws gets a code; everything else passes through as it is. */
export async function withDatabaseErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDatabases(error) ? toDatabaseError(error) : error;
  }
}

/** The same for what queries give piece by piece. */
export async function* streamWithDatabaseErrors<T>(work: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* work;
  } catch (error) {
    throw isDatabases(error) ? toDatabaseError(error) : error;
  }
}

function isDatabases(error: unknown): boolean {
  return error instanceof DrizzleQueryError || (error instanceof Error && isUnavailable(codeOf(error), error.message));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function isUnavailable(code: string, reason: string): boolean {
  // PostgreSQL's classes: 08 connection, 57P being shut down, 28 not let in, 3D no such database.
  return /^(08|57P|28|3D)...?$/.test(code) || /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE)/.test(code) || /connection terminated|is not queryable|timeout exceeded when trying to connect/i.test(reason);
}
