import type { Command } from 'commander';
import { rpc } from '@minchat/bus';
import { MinchatError } from '@minchat/errors';
import { outputOf, withBus } from './common.ts';

export function addForget(program: Command): void {
  program
    .command('forget')
    .argument('<user>', 'the user or labeler: the id that their data came with, or the name of their account')
    .description('Delete what a person sent, wherever it is stored, and keep it from coming back.')
    .option('--labels <what>', 'what becomes of the labels that they gave: anonymise or delete', 'anonymise')
    .option('--dry-run', 'tell what would be deleted, and delete nothing')
    .action(async (user: string, { labels, dryRun = false }: { labels: string; dryRun?: boolean }, command: Command) => {
      const output = outputOf(command);
      if (labels !== 'anonymise' && labels !== 'delete') throw new MinchatError('MC_USAGE', `--labels: expected anonymise or delete, found ${labels}`);
      const told = await withBus((bus) => bus.call(rpc.forgetUser, { userId: user, labels, dryRun }, { timeoutMs: 600_000 }));
      const { prompts, demonstrations, comparisons, tasks, anonymised, runs } = told;
      output.result({ user, dryRun, prompts, demonstrations, comparisons, tasks, anonymised, runs });
      output.line(`${dryRun ? 'Would delete' : 'Deleted'} ${prompts} prompts, ${demonstrations} demonstrations, ${comparisons} comparisons, ${tasks} labeling tasks; ${anonymised} labels stay without a name.`);
      if (runs.length > 0) output.line(`What was made before stays as it is: snapshots and models of ${runs.join(', ')}, and of runs forked from them.`);
    });
}
