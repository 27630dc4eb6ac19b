import { open } from 'node:fs/promises';
import { errorCodes, type ErrorCode } from '@minchat/errors';
import { z } from 'zod';

/** An error that ended a service, as it logged it. */
export interface LoggedError {
  code: ErrorCode;
  message: string;
  hint: string;
}

/** How large a log is by now; it is made if it is not there. */
export async function sizeOf(path: string): Promise<number> {
  const file = await open(path, 'a');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** The last fatal line that a service logged behind `from`, if it has a code of the table. */
export async function lastError(path: string, from: number): Promise<LoggedError | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - 64 * 1024);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    await file.read(buffer, 0, buffer.length, start);
    for (const line of buffer.toString('utf8').split('\n').toReversed()) {
      const entry = parseLine(line);
      const code = entry?.code ?? entry?.error?.code ?? '';
      if (entry?.level !== 'fatal' || !Object.hasOwn(errorCodes, code)) continue;
      const known = code as ErrorCode;
      return { code: known, message: entry.error?.message ?? entry.msg, hint: entry.hint ?? errorCodes[known].todo };
    }
    return undefined;
  } finally {
    await file.close();
  }
}

const lineSchema = z.object({
  level: z.string(),
  msg: z.string().default(''),
  code: z.string().optional(),
  hint: z.string().optional(),
  error: z.object({ code: z.string().optional(), message: z.string().optional() }).optional(),
});

function parseLine(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
