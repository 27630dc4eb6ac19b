import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeImportFolder, rpc, type Bus } from '@minchat/bus';
import { namePattern, type ImportRequest, type Init } from '@minchat/contracts';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errors } from '../answers.ts';
import { ApiError } from '../errors.ts';
import { clientGone, sendEvents, type ServerSentEvent } from '../sse.ts';

const tags = ['data'];
const collection = z.string().regex(namePattern, 'expected a name of small letters, digits, - and _');
const format = z.enum(['jsonl', 'parquet', 'csv', 'hh-rlhf', 'oasst', 'alpaca', 'text', 'text-file']);
const types = ['prompts', 'demonstrations', 'comparisons', 'texts'] as const;

/** A person's head of a file is looked at in the browser; the largest that is sent to see what it would give. */
const previewBytes = 256 * 1024;
const mappings = z.array(z.strictObject({ field: z.string().max(64), from: z.string().min(1).max(256) })).max(32).default([]);
const decisionsView = z.object({ decisions: z.array(z.object({ decision: z.string().describe('A split, or why prompts are dropped'), prompts: z.int() })) });

const counts = { prompts: z.int(), demonstrations: z.int(), comparisons: z.int(), texts: z.int() };
const collectionsView = z.object({ collections: z.array(z.object({ name: z.string(), ...counts })) });
const recordView = z.object({
  id: z.string(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  completion: z.string(),
  answers: z.array(z.object({ text: z.string(), rank: z.int(), rating: z.int(), flags: z.array(z.string()), model: z.string() })),
  text: z.string(),
  labeler: z.string(),
  note: z.string().describe('What the labeler remarked'),
  useCase: z.string(),
  /** The prompt's right answer, where known. */
  reference: z.string(),
  decision: z.string().describe('What the rules decided when they were last applied: a split, or why the prompt is dropped: a code, and what it is about (duplicate, duplicate:200, personal data:email,IBAN, limit:200)'),
  user: z.string().describe('Who sent the prompt, where that is known'),
});
const recordsView = z.object({
  records: z.array(recordView),
  next: z.string().describe('`after` of the next page, also where a long search has found nothing so far; empty when nothing follows'),
});

const exportTypes = { jsonl: 'application/jsonl', parquet: 'application/vnd.apache.parquet' } as const;

/** The largest file that is taken over HTTP; `minchat import` takes any. */
const largestImport = 2 ** 31;

/** What is stored, for the studio, under /api/data. */
export const dataRoutes: FastifyPluginAsyncZod<{ bus: Pick<Bus, 'call' | 'stream' | 'artifacts'>; home: string }> = async (app, { bus, home }) => {
  app.get('/collections', { schema: { tags, summary: 'The collections with what is in them', response: { 200: collectionsView, ...errors } } }, async () => bus.call(rpc.listCollections, {}));

  const query = z.object({
    type: z.enum(types).default('prompts'),
    search: z.string().max(200).default(''),
    labeler: z.string().max(256).default('').describe('Only what this labeler wrote or ranked'),
    decision: z.string().max(64).default('').describe('Only what the rules decided so: train, validation, test, duplicate, personal data or limit'),
    after: z.string().max(512).default(''),
    limit: z.coerce.number().int().min(1).max(100).default(25),
  });
  app.get('/collections/:name/records', { schema: { tags, summary: 'Browse a collection', params: z.object({ name: collection }), querystring: query, response: { 200: recordsView, ...errors } } }, async (request) =>
    bus.call(rpc.listRecords, { collection: request.params.name, ...request.query }));

  const named = z.object({ name: collection });
  const deleted = z.object({ ...counts, runs: z.array(z.string()).describe('Runs that were given data of it; their datasets and models stay as they are') });
  app.delete('/collections/:name', { schema: { tags, summary: 'Delete a collection that was imported', params: named, response: { 200: deleted, ...errors } } }, async (request) =>
    bus.call(rpc.deleteCollection, { collection: request.params.name }, { timeoutMs: 600_000 }));
  const exporting = z.object({ type: z.enum([...types, 'preferences']), format: z.enum(['jsonl', 'parquet']).default('jsonl') });
  app.get('/collections/:name/export', { schema: { tags, summary: 'All records of a kind as JSON lines or Parquet, which can be imported again and which TRL takes; preferences are the pairs of the comparisons', params: named, querystring: exporting } }, async (request, reply) => {
    const { name } = request.params;
    const { type, format: form } = request.query;
    const chunks = bus.stream(rpc.exportRecords, { collection: name, type, ...(form === 'parquet' && { format: form }) }, { signal: clientGone(reply) })[Symbol.asyncIterator]();
    // The first is awaited, so that an error has its own status.
    const first = await chunks.next();
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      if (first.done !== true) yield first.value.lines;
      for await (const { lines: more } of { [Symbol.asyncIterator]: () => chunks }) yield more;
    };
    return reply.type(exportTypes[form]).header('content-disposition', `attachment; filename="${name}-${type}.${form}"`).send(Readable.from(pieces(), { objectMode: false }));
  });
  app.get('/collections/:name/decisions', { schema: { tags, summary: 'What the rules decided about the prompts when they were last applied', params: named, response: { 200: decisionsView, ...errors } } }, async (request) =>
    bus.call(rpc.getDecisions, { collection: request.params.name }));
  app.post('/collections/:name/decisions', { schema: { tags, summary: 'Apply the rules as a data stage would', params: named, response: { 200: decisionsView, ...errors } } }, async (request) =>
    bus.call(rpc.applyRules, { collection: request.params.name }, { timeoutMs: 600_000 }));

  const forgetting = z.strictObject({
    user: z.string().min(1).max(256),
    labels: z.enum(['anonymise', 'delete']).describe('What becomes of the labels that they gave'),
    dryRun: z.boolean().default(true).describe('Tell what would be deleted, and delete nothing'),
  });
  const forgotten = z.object({ prompts: z.int(), demonstrations: z.int(), comparisons: z.int(), tasks: z.int(), anonymised: z.int(), runs: z.array(z.string()).describe('Runs whose snapshots and models were made before, and stay as they are') });
  app.post('/forget', { schema: { tags, summary: 'Delete a person’s data everywhere, and keep it from coming back', body: forgetting, response: { 200: forgotten, ...errors } } }, async (request) => {
    const { user, labels, dryRun } = request.body;
    request.isAudited = !dryRun;
    // Not their name into the audit log, of all places.
    return bus.call(rpc.forgetUser, { userId: user, labels, dryRun }, { timeoutMs: 120_000 });
  });

  const previewing = z.strictObject({ format, head: z.string().max(previewBytes), mapping: mappings });
  const previewView = z.object({
    fields: z.array(z.string()),
    records: z.array(z.object({ line: z.int(), type: z.string(), record: recordView.partial() })),
    bad: z.array(z.object({ line: z.int(), reason: z.string(), code: z.string(), values: z.array(z.object({ name: z.string(), value: z.string() })) })),
  });
  app.post('/preview', { bodyLimit: 4 * previewBytes, schema: { tags, summary: 'What an import of a file’s beginning would give', body: previewing, response: { 200: previewView, ...errors } } }, async (request) =>
    previewView.parse(await bus.call(rpc.previewImport, request.body)));

  // The body is the file itself. Pages of other origins cannot send this type unasked.
  app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
  const importing = z.object({
    collection,
    format,
    map: z.union([z.string(), z.array(z.string())]).default([]).transform((value) => [value].flat()).pipe(z.array(z.string().max(400).regex(/^[a-z_]+=./, 'expected FIELD=NAME')).max(32)).describe('FIELD=NAME: a field that has another name in the file'),
    strict: z.enum(['true', 'false']).default('false').describe('Import nothing if any record is bad'),
  });
  app.post('/imports', { bodyLimit: largestImport, schema: { tags, summary: 'Import the file that is the body; answers with server-sent events `progress`', querystring: importing } }, async (request, reply) => {
    const { collection: name, format: formatName, strict, map } = request.query;
    const body = request.body as Readable | undefined;
    if (typeof body?.pipe !== 'function') throw new ApiError(415, 'Send the file as application/octet-stream.');
    const folder = await makeImportFolder(home);
    const signal = clientGone(reply);
    try {
      await pipeline(limited(body), createWriteStream(join(folder, 'file')), { signal });
      const file = await bus.artifacts.put(folder, 'file', { signal });
      return await sendEvents(reply, progressEvents(bus, { file, format: formatName, collection: name, strict: strict === 'true', mapping: map.map(mappingOf) }, signal));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
};

function mappingOf(text: string): { field: string; from: string } {
  const at = text.indexOf('=');
  return { field: text.slice(0, at), from: text.slice(at + 1) };
}

async function* limited(body: Readable): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestImport) throw new ApiError(413, 'The file is too large for the browser; use `npm run minchat -- import`.');
    yield chunk;
  }
}

async function* progressEvents(bus: Pick<Bus, 'stream'>, request: Init<ImportRequest>, signal: AbortSignal): AsyncGenerator<ServerSentEvent, void, undefined> {
  for await (const progress of bus.stream(rpc.import, request, { signal })) yield { event: 'progress', data: JSON.stringify(progress) };
}
