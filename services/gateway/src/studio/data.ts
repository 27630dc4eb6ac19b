import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rpc, type Bus } from '@minchat/bus';
import { namePattern, type ImportRequest, type Init } from '@minchat/contracts';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '../errors.ts';
import { errorSchema } from '../openai/common.ts';
import { clientGone, sendEvents, type ServerSentEvent } from '../sse.ts';

const errors = { '4xx': errorSchema, '5xx': errorSchema };
const tags = ['data'];
const collection = z.string().regex(namePattern, 'expected a name of small letters, digits, - and _');
const types = ['prompts', 'demonstrations', 'comparisons', 'texts'] as const;

const counts = { prompts: z.int(), demonstrations: z.int(), comparisons: z.int(), texts: z.int() };
const collectionsView = z.object({ collections: z.array(z.object({ name: z.string(), ...counts })) });
const recordsView = z.object({
  records: z.array(z.object({
    id: z.string(),
    messages: z.array(z.object({ role: z.string(), content: z.string() })),
    completion: z.string(),
    answers: z.array(z.object({ text: z.string(), rank: z.int(), rating: z.int(), flags: z.array(z.string()), model: z.string() })),
    text: z.string(),
    labeler: z.string(),
    useCase: z.string(),
  })),
  next: z.string().describe('`after` of the next page; empty when nothing follows'),
});

/** The largest file that is taken over HTTP; `minchat import` takes any. */
const largestImport = 2 ** 31;

/** What is stored, for the studio, under /api/data. */
export const dataRoutes: FastifyPluginAsyncZod<{ bus: Pick<Bus, 'call' | 'stream' | 'artifacts'> }> = async (app, { bus }) => {
  app.get('/collections', { schema: { tags, summary: 'The collections with what is in them', response: { 200: collectionsView, ...errors } } }, async () => bus.call(rpc.listCollections, {}));

  const query = z.object({
    type: z.enum(types).default('prompts'),
    search: z.string().max(200).default(''),
    after: z.string().max(512).default(''),
    limit: z.coerce.number().int().min(1).max(100).default(25),
  });
  app.get('/collections/:name/records', { schema: { tags, summary: 'Browse a collection', params: z.object({ name: collection }), querystring: query, response: { 200: recordsView, ...errors } } }, async (request) =>
    bus.call(rpc.listRecords, { collection: request.params.name, ...request.query }));

  // The body is the file itself. Pages of other origins cannot send this type unasked.
  app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body));
  const importing = z.object({
    collection,
    format: z.enum(['jsonl', 'parquet', 'hh-rlhf', 'oasst', 'alpaca', 'text', 'text-file']),
    strict: z.enum(['true', 'false']).default('false').describe('Import nothing if any record is bad'),
  });
  app.post('/imports', { bodyLimit: largestImport, schema: { tags, summary: 'Import the file that is the body; answers with server-sent events `progress`', querystring: importing } }, async (request, reply) => {
    const { collection: name, format, strict } = request.query;
    const body = request.body as Readable | undefined;
    if (typeof body?.pipe !== 'function') throw new ApiError(415, 'Send the file as application/octet-stream.');
    const folder = await mkdtemp(join(tmpdir(), 'minchat-import-'));
    const signal = clientGone(reply);
    try {
      await pipeline(limited(body), createWriteStream(join(folder, 'file')), { signal });
      const file = await bus.artifacts.put(folder, 'file', { signal });
      return await sendEvents(reply, progressEvents(bus, { file, format, collection: name, strict: strict === 'true' }, signal));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
};

async function* limited(body: Readable): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestImport) throw new ApiError(413, 'The file is too large for the browser; use `minchat import`.');
    yield chunk;
  }
}

async function* progressEvents(bus: Pick<Bus, 'stream'>, request: Init<ImportRequest>, signal: AbortSignal): AsyncGenerator<ServerSentEvent, void, undefined> {
  for await (const progress of bus.stream(rpc.import, request, { signal })) yield { event: 'progress', data: JSON.stringify(progress) };
}
