#!/usr/bin/env node
import { CommanderError } from 'commander';
import { errorCodes } from '@minchat/errors';
import { reportError } from './output.ts';
import { createProgram } from './program.ts';

const json = process.argv.includes('--json');

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read has gone: `| head`, a closed terminal. What must be ended in order is, all else just ends.
    if (error.code === 'EPIPE' || error.code === 'EIO') {
      if (!process.emit('SIGTERM')) process.exit(0);
      return;
    }
    // A full disk, say. A system that is up goes on; a command's result is not all there.
    process.exitCode ??= reportError(error, json);
  });
}

try {
  await createProgram(json).parseAsync();
  // Connections that are still open must not keep a command that is done.
  process.exit(process.exitCode ?? 0);
} catch (thrown) {
  // Ctrl-C: the person knows.
  if (thrown instanceof Error && thrown.name === 'AbortError') process.exit(130);
  if (!(thrown instanceof CommanderError)) process.exit(reportError(thrown, json));
  if (thrown.exitCode === 0) process.exit(0);
  const { exit, todo } = errorCodes.MC_USAGE;
  if (json) console.error(JSON.stringify({ error: { code: 'MC_USAGE', message: thrown.message.replace(/^error: /, ''), hint: todo } }));
  process.exit(exit);
}
