import { createWriteStream } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import { rpc } from '@minchat/bus';
import { writeTables } from '@minchat/datasets/trl';
import { MinchatError } from '@minchat/errors';
import { numberTypes, type NumberType } from '@minchat/model/gguf/numbers';
import { formatBytes } from '../output.ts';
import { userPath } from '../paths.ts';
import { describeRun } from '../run/report.ts';
import { outputOf, runArgument, stopSignal, withBus, withRun } from './common.ts';

const kinds = ['prompts', 'demonstrations', 'comparisons', 'preferences', 'texts'];

/** export, export-collection. */
export function addExport(program: Command): void {
  program
    .command('export')
    .argument('<run>', runArgument)
    .argument('<dir>', 'a folder that is empty or not there yet')
    .description('Write the models, datasets and the report of a run as folders: DIR/STAGE/OUTPUT.')
    .option('--parquet', 'datasets as Parquet that Hugging Face\'s `datasets` loads and TRL trains on, in place of JSON lines')
    .addOption(new Option('--gguf [type]', 'language models as model.gguf for llama.cpp, too; how its numbers are written').choices(Object.keys(numberTypes)).preset('f16'))
    .action(async (name: string, dir: string, { parquet = false, gguf }: { parquet?: boolean; gguf?: NumberType }, command: Command) => {
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
              const folder = await bus.artifacts.get(artifact, { signal });
              const place = join(draft, stage, outputName);
              if (parquet && artifact.kind === 'dataset') {
                written.push(...(await writeTables(folder, place, signal)).map((one) => relative(draft, one)));
              } else {
                await cp(folder, place, { recursive: true });
                written.push(`${stage}/${outputName}`);
              }
              if (gguf !== undefined && artifact.kind === 'model') {
                output.line(`${stage}/${outputName}/model.gguf`);
                await addGguf(place, gguf, `${run.name}-${stage}`, signal);
                written.push(`${stage}/${outputName}/model.gguf`);
              }
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
  program
    .command('export-collection')
    .argument('<name>', 'a collection of the prompt store')
    .argument('<type>', `one of ${kinds.join(', ')}; preferences are comparisons as pairs`)
    .argument('<file>', 'a file that is not there yet, NAME.jsonl or NAME.parquet')
    .description('Write all records of a type that a collection has into a file that can be imported again, and that TRL takes.')
    .action(exportCollection);
}

/** A model's folder as one file of llama.cpp, beside it. The code of models is large, and loaded by who asks for it. */
async function addGguf(folder: string, type: NumberType, name: string, signal: AbortSignal): Promise<void> {
  const [{ modelToGguf }, { ggufTokenizer, loadTokenizer }] = await Promise.all([import('@minchat/model/gguf'), import('@minchat/tokenizer')]);
  const tokenizer = await loadTokenizer(folder);
  await modelToGguf(folder, join(folder, 'model.gguf'), { type, name, signal, tokenizer: (rows) => ggufTokenizer(tokenizer, rows) });
}

/** Complete or not at all: written beside the file, then moved to it. */
async function exportCollection(collection: string, type: string, file: string, _: unknown, command: Command): Promise<void> {
  const output = outputOf(command);
  const signal = stopSignal();
  const target = userPath(file);
  const format = extname(target).slice(1);
  if (format !== 'jsonl' && format !== 'parquet') throw new MinchatError('MC_USAGE', `expected a file that ends in .jsonl or .parquet, found ${file}`, { hint: 'The ending says in which form it is written.' });
  if (!kinds.includes(type)) throw new MinchatError('MC_USAGE', `expected one of ${kinds.join(', ')}, found ${type}`);
  if ((await stat(target).catch(() => undefined)) !== undefined) throw new MinchatError('MC_CONFLICT', `expected no file, found one: ${target}`, { hint: 'Name a file that is not there yet.' });
  const draft = join(dirname(target), `.minchat-export.${process.pid}.tmp`);
  let bytes = 0;
  try {
    await mkdir(dirname(target), { recursive: true });
    await withBus(async (bus) => {
      const chunks = bus.stream(rpc.exportRecords, { collection, type, ...(format === 'parquet' && { format }) }, { signal });
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for await (const { lines } of chunks) {
          bytes += lines.length;
          yield lines;
        }
      };
      await pipeline(pieces(), createWriteStream(draft), { signal });
    });
    await rename(draft, target);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
  output.result({ file: target, bytes });
  output.line(`Written to ${target}: ${formatBytes(bytes)}.`);
}
