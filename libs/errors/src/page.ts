import { errorCodes, type ErrorEntry } from './codes.ts';

/** docs/errors.md, made from the table of codes. */
export function errorsPage(): string {
  const rows = Object.entries<ErrorEntry>(errorCodes)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([code, { meaning, todo, http, exit, retryable }]) => `| \`${code}\` | ${meaning} | ${todo} | ${http} | ${exit} | ${retryable ? 'yes' : 'no'} |`);
  return `# Error codes

Every error that a person or program meets has one of these codes; a code never changes its meaning. The message beside it says what was expected and what was found. The gateway answers with the HTTP status, the command line ends with the exit code; *again* says whether trying the same once more can help.

| code | what it means | what to do | HTTP | exit | again |
|---|---|---|---|---|---|
${rows.join('\n')}

This page is made from [libs/errors/src/codes.ts](../libs/errors/src/codes.ts): \`npm run page -w @minchat/errors\`.
`;
}
