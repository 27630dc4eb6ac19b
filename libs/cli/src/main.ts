#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { errorCodes } from '@minchat/errors';
import { addChat } from './commands/chat.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addImport } from './commands/import.ts';
import { addParity } from './commands/parity.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addUp } from './commands/up.ts';
import { reportError } from './output.ts';

const program = new Command('minchat')
  .description('Train your own ChatGPT the way InstructGPT was trained.')
  .option('--json', 'print one JSON document instead of text; errors are JSON too')
  .showHelpAfterError('(run it with --help to see what it takes)')
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      if (!wantsJson()) write(text.replace(/^error: /, 'MC_USAGE: '));
    },
  });
for (const add of [addUp, addRun, addRuns, addChat, addImport, addExport, addDoctor, addParity]) add(program);
// The option is the program's, and may stand behind the command too.
for (const command of program.commands) {
  command.option('--json', 'print one JSON document instead of text').exitOverride().configureOutput(program.configureOutput()).showHelpAfterError('(run it with --help to see what it takes)');
}

function wantsJson(): boolean {
  return process.argv.includes('--json');
}

try {
  await program.parseAsync();
  // Connections that are still open must not keep a command that is done.
  process.exit(process.exitCode ?? 0);
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode !== 0 && wantsJson()) {
      console.error(JSON.stringify({ error: { code: 'MC_USAGE', message: thrown.message.replace(/^error: /, ''), hint: errorCodes.MC_USAGE.todo } }));
    }
    process.exit(thrown.exitCode === 0 ? 0 : errorCodes.MC_USAGE.exit);
  }
  process.exit(reportError(thrown, wantsJson()));
}
