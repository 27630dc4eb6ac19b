import { runService } from '@minchat/bus';
import { commonEnv, readEnv } from '@minchat/config';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { Coordinator } from './coordinator.ts';

await runService({
  name: 'coordinator',
  readSettings: () => readEnv(z.object(commonEnv)),
  async start({ bus, log, metrics: { registry } }) {
    const runs = new Gauge({ name: 'minchat_runs', help: 'Runs, by status.', labelNames: ['status'], registers: [registry] });
    const coordinator = new Coordinator({
      bus,
      log,
      onSweep: (counts) => {
        for (const [status, count] of counts) runs.set({ status }, count);
      },
    });
    await coordinator.start();
    return coordinator;
  },
  // What cannot be ended within this time is done again by the next coordinator.
  stopSeconds: () => 10,
});
