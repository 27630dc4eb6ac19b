import { rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { makeImportFolder, rpc, type Bus } from '@minchat/bus';
import type { ImportProgress } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import { isTerminal } from '../colors.ts';
import { asFormat, collectionOf, formats, sizeOfFile, type Format } from '../data-file.ts';
import { formatBytes, type Output } from '../output.ts';
import { homeFolder, userPath } from '../paths.ts';
import { outputOf, stopSignal, withBus } from './common.ts';

export function addImport(program: Command): void {
  program
    .command('import')
    .argument('<format>', `one of ${formats.join(', ')}`)
    .argument('<files...>')
    .description('Read files of prompts, demonstrations, rankings or text into a collection of the prompt store.')
    .option('--collection <name>', 'the collection to read them into; named after the file unless told')
    .option('--map <field=name>', 'take a field (prompt, completion, chosen, rejected, ...) from one of another name; dots lead into objects; may be repeated', collectMapping)
    .option('--strict', 'stop at the first bad record and import nothing, instead of skipping it')
    .action(async (format: string, files: string[], options: { collection?: string; strict?: boolean; map?: FieldMapping[] }, command: Command) => {
      const output = outputOf(command);
      const paths = files.map(userPath);
      const [first = ''] = paths;
      if (options.collection === undefined && paths.length > 1) throw new MinchatError('MC_USAGE', `expected --collection for ${paths.length} files, found none`, { hint: 'It is the name of the collection that they are read into.' });
      const collection = options.collection ?? collectionOf(first);
      // Before the first is read.
      for (const path of paths) await sizeOfFile(path);
      const signal = stopSignal();
      const total = { prompts: 0, demonstrations: 0, comparisons: 0, texts: 0, skipped: 0, forgotten: 0 };
      const bad: object[] = [];
      await withBus(async (bus) => {
        for (const path of paths) {
          if (paths.length > 1) output.line(`${path}:`);
          const done = await importFile(bus, output, { path, format: asFormat(format), collection, strict: options.strict === true, mapping: options.map ?? [], signal });
          for (const count of Object.keys(total) as (keyof typeof total)[]) total[count] += done[count];
          bad.push(...done.bad.map((line) => (paths.length > 1 ? { file: path, ...line } : line)));
        }
      });
      output.result({ collection, ...total, bad });
      output.line(`Use it in a run: \`data: { settings: { source: collection, collection: ${collection} } }\`.`);
    });
}

interface FieldMapping {
  readonly field: string;
  readonly from: string;
}

/** Adds one `--map FIELD=NAME`. Throws MC_USAGE. */
function collectMapping(text: string, before: readonly FieldMapping[] = []): FieldMapping[] {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new MinchatError('MC_USAGE', `--map: expected FIELD=NAME, found ${text}`, { hint: 'As in --map prompt=question --map completion=reply.' });
  return [...before, { field: text.slice(0, at), from: text.slice(at + 1) }];
}

export interface ImportOptions {
  path: string;
  format: Format;
  collection: string;
  strict: boolean;
  mapping?: readonly FieldMapping[];
  /** Breaks it off: the store keeps nothing of it. */
  signal: AbortSignal;
}

/** Hands the file to the prompt store and shows how far it is. Throws what the store says, MC_NOT_FOUND, the reason of `signal`. */
export async function importFile(bus: Bus, output: Output, { path, format, collection, strict, mapping = [], signal }: ImportOptions): Promise<ImportProgress> {
  const bar = startBar(output, await sizeOfFile(path));
  const folder = await makeImportFolder(homeFolder());
  try {
    // What is stored is what links lead to: nothing is copied.
    await symlink(path, join(folder, basename(path)));
    const file = await bus.artifacts.put(folder, 'file', { signal });
    let last: ImportProgress | undefined;
    for await (const progress of bus.stream(rpc.import, { file, format, collection, strict, mapping: [...mapping] }, { signal })) {
      last = progress;
      bar.update(progress.bytes);
    }
    bar.stop();
    if (last?.done !== true) throw new MinchatError('MC_SERVICE_UNAVAILABLE', `the import of ${path} ended before it was done`);
    tellImport(output, collection, last);
    return last;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    bar.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function startBar(output: Output, size: number): { update(bytes: number): void; stop(): void } {
  if (output.json || !isTerminal(process.stdout)) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: 'import {bar} {percentage}% of {size}, {eta_formatted} left', barsize: 24, stream: process.stdout, hideCursor: true, gracefulExit: false });
  bar.start(size, 0, { size: formatBytes(size) });
  return { update: (bytes) => bar.update(bytes), stop: () => bar.stop() };
}

function tellImport(output: Output, collection: string, done: ImportProgress): void {
  const { prompts, demonstrations, comparisons, texts, skipped, forgotten, bad } = done;
  output.line(`Imported into ${collection}: ${prompts} prompts, ${demonstrations} demonstrations, ${comparisons} comparisons, ${texts} texts; ${skipped} skipped.`);
  for (const { line, reason } of bad.slice(0, 10)) output.line(`  line ${line}: ${reason}`);
  if (bad.length > 10) output.line(`  and ${skipped - 10} more`);
  if (forgotten > 0) output.line(`${forgotten} records left out: they are of people who were forgotten.`);
}
