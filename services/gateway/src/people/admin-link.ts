// For containers, which have no `minchat` command: `node services/gateway/src/people/admin-link.ts` prints
// the part of a link that follows the studio's address. It works once, for an hour.
import { busOptions, connectBus, rpc } from '@minchat/bus';
import { commonEnv, readEnv } from '@minchat/config';
import { createLogger } from '@minchat/telemetry';
import { z } from 'zod';

const bus = await connectBus(busOptions(readEnv(z.object(commonEnv)), 'admin-link', createLogger('admin-link', { level: 'silent' })));
try {
  const { token } = await bus.call(rpc.invite, { actor: { name: 'command line' }, role: 'admin' });
  process.stdout.write(`/#/join/${token}\n`);
} finally {
  await bus.close();
}
