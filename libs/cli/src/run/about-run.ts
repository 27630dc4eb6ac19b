import { MinchatError, toMinchatError } from '@minchat/errors';

/** What is thrown, with the run that it is about in what it says to do: what the table of codes tells has RUN there. */
export function aboutRun(thrown: unknown, runId: string): MinchatError {
  const error = toMinchatError(thrown);
  return new MinchatError(error.code, error.message, { hint: error.hint.replaceAll(/\bRUN\b/g, runId), cause: error.cause });
}
