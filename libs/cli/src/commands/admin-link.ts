import type { Command } from 'commander';
import { rpc, type Bus } from '@minchat/bus';
import { MinchatError } from '@minchat/errors';
import { colors } from '../colors.ts';
import { findSystem } from '../connection.ts';
import type { Output } from '../output.ts';
import type { Supervisor } from '../system/supervisor.ts';
import { outputOf, withBus } from './common.ts';

const usualUrl = 'http://127.0.0.1:8080';

export function addAdminLink(program: Command): void {
  program
    .command('admin-link')
    .description('Print a link that works once, for an hour: whoever opens it becomes an admin.')
    .option('--account <name>', 'a link that sets a new password of this account instead')
    .option('--url <address>', 'where people reach the studio (the system that is up, else http://127.0.0.1:8080)', asUrl)
    .action(async (options: { account?: string; url?: string }, command: Command) => {
      const output = outputOf(command);
      const base = options.url ?? (await findSystem()).gatewayUrl ?? usualUrl;
      const link = await withBus((bus) => makeLink(bus, base, options.account));
      output.result({ link });
      output.line(link);
    });
}

/** A link works once: one that leads nowhere would be lost. Throws MC_USAGE. */
function asUrl(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) throw new MinchatError('MC_USAGE', `--url: expected an address such as https://minchat.example, found "${text}"`);
  return text;
}

/** Where people log in and nobody could let anybody in, the first admin's link is printed. */
export async function tellFirstAdmin(output: Output, { natsUrl, gatewayUrl }: Pick<Supervisor, 'natsUrl' | 'gatewayUrl'>): Promise<void> {
  if (process.env['GATEWAY_AUTH'] !== 'required') return;
  await withBus(async (bus) => {
    if (!(await bus.call(rpc.adminMissing, {})).missing) return;
    output.line(`${colors.bold('There is no admin yet.')} This link makes you one; it works once, for an hour:`);
    output.line(await makeLink(bus, gatewayUrl));
    output.line(colors.dim('Another one: npm run minchat -- admin-link'));
  }, natsUrl);
}

/** Throws MC_NOT_FOUND when there is no such account. */
async function makeLink(bus: Bus, base: string, account?: string): Promise<string> {
  const actor = { name: 'command line' };
  const { token } = await bus.call(rpc.invite, account === undefined ? { actor, role: 'admin' } : { actor, accountId: await idOf(bus, account) });
  return `${base.replace(/\/+$/, '')}/#/join/${token}`;
}

async function idOf(bus: Bus, name: string): Promise<string> {
  const { accounts } = await bus.call(rpc.listPeople, {});
  const found = accounts.find((one) => one.name.toLowerCase() === name.trim().toLowerCase());
  if (found === undefined) throw new MinchatError('MC_NOT_FOUND', `expected an account, found none of name ${name}`, { hint: `There are: ${accounts.map((one) => one.name).join(', ') || 'none'}.` });
  return found.accountId;
}
