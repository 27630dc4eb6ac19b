// The process: the database, the requests and feedback on the bus, the stages `data` and `rank`.
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { runService } from '@minchat/bus';
import { commonEnv, readEnv, stageEnv } from '@minchat/config';
import { stageStopSeconds, startStageHost } from '@minchat/stage';
import { openDatabase } from './open-database.ts';
import { consumeFeedback, createFeedbackStore } from './feedback.ts';
import { sweepAbandoned, type Sweep } from './imports/sweep.ts';
import { closeAbandoned } from './labeling/queues.ts';
import { servePeople } from './people/serve.ts';
import { serveRequests } from './requests.ts';
import { dataStage } from './stages/data.ts';
import { rankStage } from './stages/rank.ts';

const service = 'prompt-store';
const queueSweepMs = 10_000;
const settings = z.object({
  ...commonEnv,
  ...stageEnv,
  /** A PostgreSQL server; the embedded database is used when it is not set. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Where the embedded database is; `db` in MINCHAT_HOME unless told. */
  DATABASE_FOLDER: z.string().trim().min(1).optional(),
});

await runService({
  name: service,
  readSettings: () => readEnv(settings),
  async start(context) {
    const { env, log, bus } = context;
    const database = await openDatabase({ url: env.DATABASE_URL, folder: env.DATABASE_FOLDER ?? join(env.MINCHAT_HOME, 'db'), log });
    let sweep: Sweep | undefined;
    try {
      sweep = await sweepAbandoned(database, log);
      await closeAbandoned(database.db, bus.jobs);
      const store = await createFeedbackStore(database);
      const subscriptions = [...serveRequests(bus, database, store, log), ...servePeople(bus, database.db), await consumeFeedback(bus, store, log)];
      log.info('requests and feedback are served');
      const stages = await startStageHost({ service, kinds: ['data', 'rank'], stages: [dataStage(database.db), rankStage(database.db)] }, context);
      const sweeping = setInterval(() => void closeAbandoned(database.db, bus.jobs).catch((error: unknown) => log.warn({ err: error }, 'could not look for abandoned queues')), queueSweepMs);
      return {
        checks: async () => ({ database: await database.db.execute(sql`select 1`).then(() => true, () => false) }),
        async stop() {
          clearInterval(sweeping);
          await stages.stop();
          await Promise.allSettled([sweep?.stop(), ...subscriptions.map((subscription) => subscription.stop())]);
          await database.close();
        },
      };
    } catch (error) {
      await sweep?.stop();
      await database.close();
      throw error;
    }
  },
  stopSeconds: (env) => stageStopSeconds(env) + 10,
});
