import { cp, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { rpc } from '@minchat/bus';
import { MinchatError } from '@minchat/errors';
import { userPath } from '../paths.ts';
import { describeRun } from '../run/report.ts';
import { outputOf, runArgument, stopSignal, withRun } from './common.ts';

export function addExport(program: Command): void {
  program
    .command('export')
    .argument('<run>', runArgument)
    .argument('<dir>', 'a folder that is empty or not there yet')
    .description('Write the models, datasets and the report of a run as folders: DIR/STAGE/OUTPUT.')
    .action(async (name: string, dir: string, _: unknown, command: Command) => {
      const output = outputOf(command);
      const signal = stopSignal();
      const target = userPath(dir);
      const there = await readdir(target).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw new MinchatError('MC_CONFLICT', `expected an empty folder, found ${error.code === 'ENOTDIR' ? 'a file' : error.message}: ${target}`, { hint: 'Name a folder that is not there yet.' });
      });
      if (there.length > 0) throw new MinchatError('MC_CONFLICT', `expected an empty folder, found ${there.length} files in ${target}`, { hint: 'Name a folder that is not there yet.' });
      // Complete or not at all: written beside the target, then moved to it.
      const draft = join(dirname(target), `.minchat-export.${process.pid}.tmp`);
      const written: string[] = [];
      try {
        await withRun(name, async (bus, runId) => {
          const run = await bus.call(rpc.getRun, { runId });
          await mkdir(draft, { recursive: true });
          for (const { stage, result } of run.stages) {
            for (const { name: outputName, artifact } of result?.outputs ?? []) {
              if (artifact === undefined) continue;
              output.line(`${stage}/${outputName}`);
              signal.throwIfAborted();
              await cp(await bus.artifacts.get(artifact, { signal }), join(draft, stage, outputName), { recursive: true });
              written.push(`${stage}/${outputName}`);
            }
          }
          await writeFile(join(draft, 'spec.json'), `${JSON.stringify(JSON.parse(run.specJson), null, 2)}\n`);
          await writeFile(join(draft, 'run.json'), `${JSON.stringify(describeRun(run), null, 2)}\n`);
        });
        signal.throwIfAborted();
        await rm(target, { recursive: true, force: true });
        await rename(draft, target);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        await rm(draft, { recursive: true, force: true });
      }
      output.result({ folder: target, outputs: written });
      output.line(`Written to ${target}.`);
    });
}
