import picocolors from 'picocolors';

// Colours for people at a terminal only: what is piped or logged, in CI too, stays plain text.
const on = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env['NO_COLOR'];

export const colors = picocolors.createColors(on(process.stdout));
export const errorColors = picocolors.createColors(on(process.stderr));
