// Measures how much memory and time the import of a large file takes:
//
//   node scripts/measure-import.ts [--megabytes 2048] [--kind text|chat]
//
// Writes a JSONL file of that size into a temporary folder, imports it into an embedded database
// there (or into DATABASE_URL's server, which keeps the rows), and prints one JSON object. The
// peak is the highest resident memory of the whole process, the embedded database included.
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '@minchat/telemetry';
import { openDatabase } from '../src/open-database.ts';
import { importFile } from '../src/imports/run-import.ts';

const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '2048' }, kind: { type: 'string', default: 'text' } } });
const words = 'the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know'.split(' ');

/** About a kilobyte of words, different for every line. */
function sentence(line: number, length: number): string {
  let state = (line * 2_654_435_761) >>> 0;
  const out: string[] = [String(line)];
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    out.push(words[state % words.length] as string);
  }
  return out.join(' ');
}

function record(line: number): object {
  return values.kind === 'chat'
    ? { prompt: [{ role: 'user', content: sentence(line, 40) }], completion: [{ role: 'assistant', content: sentence(line + 1, 160) }] }
    : { text: sentence(line, 200) };
}

async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1]) * 1024;
}

const folder = await mkdtemp(join(tmpdir(), 'minchat-measure-'));
const path = join(folder, 'large.jsonl');
const wanted = Number(values.megabytes) * 2 ** 20;
const out = createWriteStream(path);
let written = 0;
for (let line = 0; written < wanted; line += 1) {
  const text = `${JSON.stringify(record(line))}\n`;
  written += text.length;
  if (!out.write(text)) await once(out, 'drain');
}
out.end();
await once(out, 'close');

const log = createLogger('measure-import', { level: 'warn' });
const database = await openDatabase({ folder: join(folder, 'db'), url: process.env['DATABASE_URL'], log });
try {
  const start = performance.now();
  let last;
  for await (last of importFile(database, { path, format: 'jsonl', collection: 'measured', strict: true }));
  const seconds = (performance.now() - start) / 1_000;
  const report = { database: database.kind, kind: values.kind, fileMegabytes: written / 2 ** 20, seconds, megabytesPerSecond: written / 2 ** 20 / seconds, peakMegabytes: (await peakBytes()) / 2 ** 20, rows: last };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
} finally {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}
