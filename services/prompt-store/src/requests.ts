import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { rpc, type Bus, type Subscription } from '@minchat/bus';
import { MinchatError } from '@minchat/errors';
import type { Logger } from '@minchat/telemetry';
import { listCollections } from './collections.ts';
import type { Database } from './database.ts';
import { streamWithDatabaseErrors } from './database-errors.ts';
import { applyRules, decisionsOf } from './decisions.ts';
import { deleteCollection } from './delete-collection.ts';
import { exportRecords } from './export.ts';
import { feedbackCollection, type FeedbackStore } from './feedback.ts';
import { forgetUser } from './forget/forget-user.ts';
import { previewImport } from './imports/preview.ts';
import { importFile } from './imports/run-import.ts';
import { getGuidelines, saveGuidelines } from './labeling/guidelines.ts';
import { getHandedIn, listHandedIn, skipAgain, submitAgain } from './labeling/handed-in.ts';
import { skipTask, submitTask } from './labeling/outcomes.ts';
import { listQueues } from './labeling/queues.ts';
import { agreementReport } from './labeling/report.ts';
import { leaseTask, renewTask } from './labeling/tasks.ts';
import { listRecords } from './records-page.ts';
import { storable } from './storable.ts';

/** Answers the store's requests on the bus: imports, what is stored, and labeling. */
export function serveRequests(bus: Bus, database: Database, store: FeedbackStore, log: Logger): Subscription[] {
  return [
    bus.serve(rpc.import, async function* (request, { signal }) {
      const { collection, format, strict, mapping } = request;
      if (collection === feedbackCollection) {
        throw new MinchatError('MC_USAGE', `expected a collection of your own, found ${feedbackCollection}, which is for what people submit`);
      }
      if (request.file === undefined) throw new MinchatError('MC_USAGE', 'expected a file to import, found none');
      const folder = await bus.artifacts.get(request.file, { signal });
      log.info({ collection, format, strict }, 'import started');
      for await (const status of importFile(database, { path: await onlyFile(folder), format, collection, strict, mapping, signal })) {
        yield { ...status, bad: [...status.bad] };
        if (status.done) log.info({ collection, format, ...status, bad: undefined }, 'import done');
      }
    }),
    bus.serve(rpc.listCollections, async () => ({ collections: await listCollections(database.db) })),
    bus.serve(rpc.deleteCollection, ({ collection }, { signal }) => deleteCollection(database, collection, signal)),
    bus.serve(rpc.listRecords, (request) => listRecords(database.db, storable(request))),
    bus.serve(rpc.listQueues, () => listQueues(database.db)),
    bus.serve(rpc.leaseTask, (request) => leaseTask(database.db, storable(request))),
    bus.serve(rpc.renewTask, (request) => renewTask(database.db, storable(request))),
    bus.serve(rpc.submitTask, (request) => (request.replace ? submitAgain(database.db, store, storable(request)) : submitTask(database.db, bus, store, storable(request)))),
    bus.serve(rpc.skipTask, (request) => (request.replace ? skipAgain(database.db, store, storable(request)) : skipTask(database.db, storable(request)))),
    bus.serve(rpc.listHandedIn, ({ labelerId }) => listHandedIn(database.db, storable(labelerId))),
    bus.serve(rpc.getHandedIn, (request) => getHandedIn(database.db, storable(request))),
    bus.serve(rpc.previewImport, (request) => previewImport(request)),
    bus.serve(rpc.exportRecords, (request) => streamWithDatabaseErrors(exportRecords(database.db, request))),
    bus.serve(rpc.applyRules, ({ collection }) => applyRules(database.db, collection)),
    bus.serve(rpc.getDecisions, ({ collection }) => decisionsOf(database.db, collection)),
    bus.serve(rpc.getAgreement, ({ runId }) => agreementReport(database.db, runId)),
    bus.serve(rpc.getGuidelines, () => getGuidelines(database.db)),
    bus.serve(rpc.saveGuidelines, ({ text, writtenFrom }) => saveGuidelines(database.db, text, writtenFrom?.updatedAtMs)),
    bus.serve(rpc.forgetUser, (request) => forgetUser(database.db, storable(request))),
  ];
}

async function onlyFile(folder: string): Promise<string> {
  const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
  const [file] = files;
  if (file === undefined || files.length > 1) throw new MinchatError('MC_USAGE', `expected an artifact with one file, found ${files.length}`);
  return join(folder, file.name);
}
