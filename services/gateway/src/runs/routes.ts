import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rpc, type Bus } from '@minchat/bus';
import { formatRunSpec, parseRunSpec } from '@minchat/config';
import { StageStatus, namePattern, type RunRecord } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errors } from '../answers.ts';
import { clientGone, sendEvents } from '../sse.ts';
import type { Tickets } from '../tickets.ts';
import { checkSpec } from './check.ts';
import { runEvents } from './events.ts';
import { runDetailView, runListView, specCheckView, viewRun, viewRunDetail } from './view.ts';
import { zipOf } from './zip.ts';

export interface RunOptions {
  bus: Pick<Bus, 'call' | 'subscribeEvents' | 'artifacts' | 'plugins'>;
  tickets: Tickets;
  /** Aborted when the server closes: streams of events have no end of their own. */
  closing: AbortSignal;
}

const tags = ['runs'];
const runId = z.string().regex(namePattern, 'expected the id of a run');
const params = z.object({ id: runId });
/** The guard has looked at the ticket. */
const admitted = z.object({ ticket: z.string().max(128).optional() });

/** A store of many files takes its time. */
const deleteMs = 600_000;

/** More than one looks at in one picture. */
const runsAtOnce = 16;

/** A report draws its own plots, and may do nothing else. */
const reportPolicy = "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:";

/** Runs for the web app, under /api. */
export const runRoutes: FastifyPluginAsyncZod<RunOptions> = async (app, { bus, tickets, closing }) => {
  const find = (id: string): Promise<RunRecord> => bus.call(rpc.getRun, { runId: id });

  app.get('/runs', { schema: { tags, summary: 'The runs, newest first', querystring: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }), response: { 200: runListView, ...errors } } }, async (request) => {
    const { runs } = await bus.call(rpc.listRuns, { limit: request.query.limit });
    return { runs: runs.toSorted((a, b) => b.createdAtMs - a.createdAtMs).map(viewRun) };
  });

  const submission = z.strictObject({
    spec: z.union([z.record(z.string(), z.unknown()), z.string().max(300_000)]).describe('The run’s spec: an object, or YAML'),
    id: runId.optional().describe('Submitting the same id again gives the first run back'),
  });
  app.post('/runs', { schema: { tags, summary: 'Start a run', body: submission, response: { 201: runDetailView, ...errors } } }, async (request, reply) => {
    const { spec: given, id = '' } = request.body;
    const spec = parseRunSpec(typeof given === 'string' ? given : JSON.stringify(given));
    const run = await bus.call(rpc.submitRun, { specJson: formatRunSpec(spec), runId: id });
    return reply.code(201).send(viewRunDetail(run));
  });

  const checking = z.strictObject({ spec: z.string().max(300_000).describe('YAML or JSON') });
  app.post('/specs/check', { schema: { tags, summary: 'What is wrong with a spec and its stages’ settings, and the pipeline that it describes', body: checking, response: { 200: specCheckView, ...errors } } }, async (request) => checkSpec(request.body.spec, bus.plugins));

  app.get('/runs/:id', { schema: { tags, summary: 'One run with its spec', params, response: { 200: runDetailView, ...errors } } }, async (request) => viewRunDetail(await find(request.params.id)));

  app.post('/runs/:id/cancel', { schema: { tags, summary: 'Cancel a run', params, response: { 200: runDetailView, ...errors } } }, async (request) =>
    viewRunDetail(await bus.call(rpc.cancelRun, { runId: request.params.id })));

  app.post('/runs/:id/resume', { schema: { tags, summary: 'Start the failed and cancelled stages again', params, response: { 200: runDetailView, ...errors } } }, async (request) =>
    viewRunDetail(await bus.call(rpc.resumeRun, { runId: request.params.id })));

  app.delete('/runs/:id', { schema: { tags, summary: 'Delete a run that is over, with everything that no other run uses', params, response: { 200: z.object({ artifacts: z.int(), bytes: z.int() }), ...errors } } }, async (request) =>
    bus.call(rpc.deleteRuns, { runIds: [request.params.id] }, { timeoutMs: deleteMs }));

  const forking = z.strictObject({
    from: z.string().min(1).max(128).describe('The first stage to do anew'),
    settings: z.record(z.string(), z.record(z.string(), z.unknown())).optional().describe('Settings to change, by stage'),
    replace: z.boolean().default(false).describe('Whether the settings given for a stage take the place of those it had'),
  });
  app.post('/runs/:id/fork', { schema: { tags, summary: 'A new run that takes over the results before a stage', params, body: forking, response: { 201: runDetailView, ...errors } } }, async (request, reply) => {
    const { from, settings = {}, replace } = request.body;
    const run = await bus.call(rpc.forkRun, { runId: request.params.id, fromStage: from, settingsJson: JSON.stringify(settings), replace });
    return reply.code(201).send(viewRunDetail(run));
  });

  const history = z.object({ from: z.enum(['all', 'new']).default('all').describe('all: those that are kept first') });
  app.get('/runs/:id/events', { schema: { tags, summary: 'What happens to a run, as server-sent events', params, querystring: history } }, async (request, reply) => {
    await find(request.params.id);
    return sendEvents(reply, runEvents(bus, [request.params.id], request, AbortSignal.any([clientGone(reply), closing])));
  });

  const several = history.extend({ run: z.union([runId, z.array(runId)]).transform((value) => [...new Set([value].flat())]).pipe(z.array(runId).max(runsAtOnce)).describe('Of which; once for each run') });
  app.get('/events', { schema: { tags, summary: 'What happens to several runs, as server-sent events of one connection', querystring: several } }, async (request, reply) =>
    sendEvents(reply, runEvents(bus, request.query.run, request, AbortSignal.any([clientGone(reply), closing]))));

  const ticketView = z.object({ url: z.string() });
  const ticketFor = ({ url }: { url: string }): z.output<typeof ticketView> => ({ url: tickets.issue(url.split('?')[0]?.replace(/\/ticket$/, '') ?? '') });

  const output = params.extend({ stage: z.string().regex(namePattern), output: z.string().regex(namePattern) });
  app.post('/runs/:id/outputs/:stage/:output/ticket', { schema: { tags, summary: 'An address that gives a stage’s output for five minutes without a key', params: output, response: { 200: ticketView, ...errors } } }, async (request) => ticketFor(request));

  app.get('/runs/:id/outputs/:stage/:output', { schema: { tags, summary: 'What a stage made, a model’s folder or a dataset’s, as a zip', params: output, querystring: admitted } }, async (request, reply) => {
    const { id, stage, output: name } = request.params;
    const artifact = (await find(id)).stages.find((one) => one.stage === stage)?.result?.outputs.find((one) => one.name === name)?.artifact;
    if (artifact === undefined) throw new MinchatError('MC_NOT_FOUND', `expected ${stage}/${name} of run ${id}, found none yet`);
    const file = `${id}-${stage}-${name}`;
    const { length, content } = await zipOf(await bus.artifacts.get(artifact, { signal: clientGone(reply) }), file);
    return reply.type('application/zip').header('content-length', length).header('content-disposition', `attachment; filename="${file}.zip"`).send(content);
  });

  app.post('/runs/:id/report/ticket', { schema: { tags, summary: 'An address that shows the report for five minutes without a key', params, response: { 200: ticketView, ...errors } } }, async (request) => ticketFor(request));

  app.get('/runs/:id/report', { schema: { tags, summary: 'The evaluation report', params, querystring: admitted.extend({ format: z.enum(['html', 'json']).default('html') }) } }, async (request, reply) => {
    const report = reportOf(await find(request.params.id));
    if (report === undefined) throw new MinchatError('MC_NOT_FOUND', `expected a report of run ${request.params.id}, found none yet`);
    const { format } = request.query;
    const body = await readFile(join(await bus.artifacts.get(report), `report.${format}`));
    if (format === 'html') reply.header('content-security-policy', reportPolicy);
    return reply.type(format === 'html' ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8').send(body);
  });
};

/** The report of the last evaluation that is done. */
function reportOf(run: RunRecord) {
  const outputs = run.stages.filter((stage) => stage.status === StageStatus.STAGE_STATUS_COMPLETED).flatMap((stage) => stage.result?.outputs ?? []);
  return outputs.findLast(({ artifact }) => artifact?.kind === 'report')?.artifact;
}
