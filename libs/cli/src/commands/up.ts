import type { Command } from 'commander';
import { redacted } from '@minchat/bus';
import { colors } from '../colors.ts';
import { homeFolder } from '../paths.ts';
import { Supervisor } from '../system/supervisor.ts';
import type { Output } from '../output.ts';
import { tellFirstAdmin } from './admin-link.ts';
import { aborted, outputOf, stopSignal } from './common.ts';

export function addUp(program: Command): void {
  program
    .command('up')
    .description('Start NATS (unless NATS_URL is set) and every service, and keep them up until Ctrl-C.')
    .addHelpText('after', `
Environment:
  NATS_URL            use this server instead of starting one
  MINCHAT_HOME        where everything local is kept (.minchat)
  MINCHAT_NATS_PORT   the port of the server that is started (4222; 0 takes any)
  GATEWAY_PORT        the port of the web app and the API (8080; 0 takes any)
  GATEWAY_HOST        the address it listens on (127.0.0.1); others need authentication
  GATEWAY_AUTH        required: people log in; the first admin's link is printed
  DATABASE_URL        a PostgreSQL to use instead of the embedded one`)
    .action(async (_: unknown, command: Command) => {
      const output = outputOf(command);
      await using supervisor = createSupervisor((message) => output.line(colors.dim(message)));
      const signal = stopSignal(() => supervisor.kill());
      signal.addEventListener('abort', () => output.line('Stopping: services end what they do and save it.'));
      await startSystem(supervisor, output, signal);
      if (signal.aborted) return;
      output.result({ natsUrl: supervisor.natsUrl, gatewayUrl: supervisor.gatewayUrl, home: homeFolder(), pids: supervisor.pids() });
      output.line('Stop with Ctrl-C.');
      await aborted(signal);
    });
}

export function createSupervisor(onEvent: (message: string) => void): Supervisor {
  return new Supervisor({ home: homeFolder(), onEvent });
}

/** Starts the system and says where it is. When `signal` aborts meanwhile, everything has ended again on return. */
export async function startSystem(supervisor: Supervisor, output: Output, signal: AbortSignal): Promise<void> {
  output.line(colors.dim(`Starting services; logs are in ${homeFolder()}/logs`));
  await supervisor.start(signal);
  if (signal.aborted) return;
  output.line(`${colors.green('Ready')}: NATS ${redacted(supervisor.natsUrl)}, web app and API ${supervisor.gatewayUrl}`);
  await tellFirstAdmin(output, supervisor);
}
