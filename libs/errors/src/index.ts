// Every error a user can meet. The codes live in one table (codes.ts), documented in docs/errors.md.
export { errorCodes, type ErrorCode, type ErrorEntry } from './codes.ts';
export { MinchatError, isMinchatError, toMinchatError, type MinchatErrorOptions } from './error.ts';
export { listenError } from './listen-error.ts';
