// The process: the database, the requests and feedback on the bus, the stages `data` and `rank`.
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { busOptions, connectBus, type Subscription } from '@minchat/bus';
import { commonEnv, readEnv } from '@minchat/config';
import { errorCodes, toMinchatError } from '@minchat/errors';
import { runStageService } from '@minchat/stage';
import { createLogger } from '@minchat/telemetry';
import { openDatabase } from './database.ts';
import { consumeFeedback } from './feedback.ts';
import { sweepAbandoned } from './imports/sweep.ts';
import { servePeople } from './people/serve.ts';
import { serveRequests } from './requests.ts';
import { dataStage } from './stages/data.ts';
import { rankStage } from './stages/rank.ts';

const service = 'prompt-store';
let log = createLogger(service);

async function main(): Promise<void> {
  const env = readEnv(
    z.object({
      ...commonEnv,
      /** A PostgreSQL server; the embedded database is used when it is not set. */
      DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
      /** Where the embedded database is; `db` in MINCHAT_HOME unless told. */
      DATABASE_FOLDER: z.string().trim().min(1).optional(),
    }),
  );
  log = createLogger(service, { level: env.LOG_LEVEL, pretty: env.LOG_PRETTY });
  const database = await openDatabase({ url: env.DATABASE_URL, folder: env.DATABASE_FOLDER ?? join(env.MINCHAT_HOME, 'db'), log });
  try {
    await sweepAbandoned(database, log);
    const bus = await connectBus(busOptions(env, service, log));
    const subscriptions: Subscription[] = [];
    try {
      subscriptions.push(...serveRequests(bus, database, log), ...servePeople(bus, database.db), await consumeFeedback(bus, database, log));
      log.info('requests and feedback are served');
      const checks = async () => ({ database: await database.db.execute(sql`select 1`).then(() => true, () => false) });
      await runStageService({ service, kinds: ['data', 'rank'], thread: 'main', stages: [dataStage(database.db), rankStage(database.db)], checks });
    } finally {
      await Promise.allSettled(subscriptions.map((subscription) => subscription.stop()));
      await bus.close();
    }
  } finally {
    await database.close();
  }
}

await main().catch((thrown: unknown) => {
  const error = toMinchatError(thrown);
  log.fatal({ err: error, hint: error.hint }, error.message);
  process.exitCode = errorCodes[error.code].exit;
});
