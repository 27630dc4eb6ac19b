import { Command } from 'commander';
import { addAdminLink } from './commands/admin-link.ts';
import { addChat } from './commands/chat.ts';
import { addDelete } from './commands/delete.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addForget } from './commands/forget.ts';
import { addImport } from './commands/import.ts';
import { addLogs } from './commands/logs.ts';
import { addParity } from './commands/parity.ts';
import { addRun } from './commands/run.ts';
import { addRuns } from './commands/runs.ts';
import { addUp } from './commands/up.ts';
import { version } from './version.ts';

/** The whole command; its errors are thrown. Commander's own words go out as MC_USAGE, unless `json`. */
export function createProgram(json: boolean): Command {
  const program = new Command('minchat')
    .description('Train your own ChatGPT the way InstructGPT was trained.')
    .version(version, '--version', 'print the version')
    .option('--json', 'print one JSON document instead of text; errors are JSON too')
    .configureOutput({
      outputError: (text, write) => {
        if (!json) write(text.replace(/^error: /, 'MC_USAGE: '));
      },
    });
  for (const add of [addUp, addRun, addRuns, addLogs, addChat, addImport, addExport, addDelete, addForget, addDoctor, addParity, addAdminLink]) add(program);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().showHelpAfterError(json ? false : '(run it with --help to see what it takes)').configureOutput(program.configureOutput());
    // The option is the program's, and may stand behind a command too.
    if (command !== program) command.option('--json', 'print one JSON document instead of text');
  }
  return program;
}
