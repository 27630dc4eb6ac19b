import { sql, type SQL } from 'drizzle-orm';

/** In bytes; a message of the bus has 1 MB, and brings an answer along when the task comes back. */
const largestTask = 500_000;

/** That a message of the bus can carry a task of these parts. */
export function fitsMessage(...parts: readonly SQL[]): SQL {
  return sql`${sql.join(parts.map((part) => sql`coalesce(octet_length(${part}), 0)`), sql` + `)} <= ${largestTask}`;
}
