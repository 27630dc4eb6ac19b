import type { Command } from 'commander';
import { rpc } from '@minchat/bus';
import { isMinchatError, MinchatError } from '@minchat/errors';
import { formatBytes } from '../output.ts';
import { outputOf, withBus } from './common.ts';

const dryRunOption = ['--dry-run', 'tell what would be removed, and remove nothing'] as const;

interface Options {
  dryRun?: boolean;
}

/** delete, delete-collection, gc. */
export function addDelete(program: Command): void {
  program
    .command('delete')
    .argument('<runs...>', 'runs that are over: completed, failed or cancelled')
    .description('Delete runs, and the models, data and checkpoints that no other run uses.')
    .option(...dryRunOption)
    .action(remove);
  program
    .command('delete-collection')
    .argument('<name>', 'a collection that was imported')
    .description('Delete what was imported into a collection. Runs that were given data of it keep what they have.')
    .action(async (collection: string, _options: unknown, command: Command) => {
      const output = outputOf(command);
      const { prompts, demonstrations, comparisons, texts, runs } = await withBus((bus) => bus.call(rpc.deleteCollection, { collection }, { timeoutMs: 600_000 }));
      output.result({ collection, prompts, demonstrations, comparisons, texts, runs });
      output.line(`Deleted ${collection}: ${prompts} prompts, ${demonstrations} demonstrations, ${comparisons} comparisons, ${texts} texts.`);
      if (runs.length > 0) output.line(`What was made of it stays as it is: datasets and models of ${runs.join(', ')}, and of runs forked from them.`);
    });
  program
    .command('gc')
    .description('Remove what no run uses: left by deleted runs, broken-off transfers and killed workers.')
    .option(...dryRunOption)
    .action((options: Options, command: Command) => remove([], options, command));
}

async function remove(runs: readonly string[], { dryRun = false }: Options, command: Command): Promise<void> {
  const output = outputOf(command);
  const { artifacts, bytes } = await withBus((bus) => bus.call(rpc.deleteRuns, { runIds: [...runs], dryRun }, { timeoutMs: 600_000 })).catch((error: unknown) => {
    if (!isMinchatError(error) || error.code !== 'MC_NOT_FOUND') throw error;
    throw new MinchatError(error.code, error.message, { hint: 'Name a run by its id, so that no other of its name is deleted: `npm run minchat -- status` lists them.', cause: error });
  });
  output.result({ runs, dryRun, artifacts, bytes });
  const told = [...(runs.length > 0 ? [runs.join(', ')] : []), `${artifacts} ${artifacts === 1 ? 'artifact' : 'artifacts'} of ${formatBytes(bytes)}`];
  output.line(`${dryRun ? 'Would delete' : 'Deleted'} ${told.join(', and ')}. What was stored within the last hour stays; \`npm run minchat -- gc\` takes it later.`);
}
