import picocolors from 'picocolors';

/** Whether people look at it on a terminal that can do more than write lines: what is piped or logged, in CI too, stays plain text. */
export const isTerminal = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && process.env['TERM'] !== 'dumb';

const on = (stream: NodeJS.WriteStream): boolean => isTerminal(stream) && !process.env['NO_COLOR'];

export const colors = picocolors.createColors(on(process.stdout));
export const errorColors = picocolors.createColors(on(process.stderr));
