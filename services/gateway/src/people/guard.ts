import { rpc, type Bus } from '@minchat/bus';
import type { Init, RecordAuditRequest } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import type { Tickets } from '../tickets.ts';
import { accessOf, type Access } from './access.ts';
import { refuseCrossOrigin } from './cross-origin.ts';
import type { Identities } from './identities.ts';
import { nobody, type Principal } from './principal.ts';
import { watch } from './watch.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Routes that the table of access forgot: nobody can reach them. */
    routesWithoutAccess: string[];
  }
  interface FastifyRequest {
    /** What an audited request was about, where its path does not tell. */
    auditTarget: string;
    /** Whether it did what its route is audited for. */
    isAudited: boolean;
  }
}

export interface GuardOptions {
  identities: Identities;
  tickets: Tickets;
  bus: Pick<Bus, 'call'>;
  /** GATEWAY_AUTH=required: people log in. */
  required: boolean;
}

/**
 * The one place where it is decided who may ask what: before a body is read, behind the rate limit.
 * What the table wants to be written down goes to the audit log once it is done.
 */
export function guard(app: FastifyInstance, { identities, tickets, bus, required }: GuardOptions): void {
  const forgotten: string[] = [];
  app.decorate('routesWithoutAccess', forgotten);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (accessOf(one, url) === undefined) forgotten.push(`${one} ${url}`);
  });
  app.decorateRequest('principal');
  app.decorateRequest('auditTarget', '');
  app.decorateRequest('isAudited', true);
  app.addHook('onRequest', async (request) => {
    request.principal = nobody;
    refuseCrossOrigin(request, required);
    const rule = ruleOf(request);
    if (rule !== undefined && rule.roles !== 'everyone') request.principal = await identities.of(request);
  });
  app.addHook('preParsing', async (request, reply) => {
    // No such route: it is told so.
    if (request.routeOptions.url === undefined) return;
    const rule = ruleOf(request);
    if (rule === undefined) throw new ApiError(403, 'Nobody may ask this: the route has no line in the gateway’s table of access.', { code: 'MC_FORBIDDEN' });
    if (rule.roles === 'everyone' || tickets.admit(request)) return;
    const { principal } = request;
    if (principal.kind === 'nobody') throw unauthorized(request, required);
    if (!rule.roles.includes(principal.role)) throw new MinchatError('MC_FORBIDDEN', `expected the role ${rule.roles.join(' or ')}, found ${principal.role}`);
    // What one may see is not kept for the next who uses the browser or the proxy.
    if (required) reply.header('cache-control', 'no-store');
  });
  if (!required) return;
  watch(app, identities);
  app.addHook('preSerialization', async (request, _reply, payload) => {
    const id = typeof payload === 'object' && payload !== null && 'id' in payload ? payload.id : undefined;
    if (typeof id === 'string') request.auditTarget = id;
    return payload;
  });
  // Not when the answer has been sent: whoever hangs up before it is written down, too.
  app.addHook('onSend', async (request, reply) => {
    const audit = ruleOf(request)?.audit;
    if (audit === undefined || !request.isAudited || reply.statusCode >= 400) return;
    const entry: Init<RecordAuditRequest>['entry'] = { action: audit, actor: actorOf(request), target: request.auditTarget || targetOf(request) };
    await bus.call(rpc.recordAudit, { entry }).catch((error: unknown) => request.log.error({ err: error, entry }, 'not written to the audit log'));
  });
}

/** Who asks, as the audit log writes it down. */
export function actorOf({ principal, ip }: Pick<FastifyRequest, 'principal' | 'ip'>): { accountId: string; name: string; address: string } {
  return { ...describe(principal), address: ip };
}

function describe(principal: Principal): { accountId: string; name: string } {
  return principal.kind === 'account' || principal.kind === 'key' ? { accountId: principal.id, name: principal.name } : { accountId: '', name: principal.kind };
}

function ruleOf(request: FastifyRequest): Access | undefined {
  return accessOf(request.method, request.routeOptions.url ?? '');
}

function targetOf({ params, query }: FastifyRequest): string {
  const { id, name } = params as { id?: string; name?: string };
  return id ?? name ?? (query as { collection?: string }).collection ?? '';
}

function unauthorized(request: FastifyRequest, required: boolean): ApiError {
  if (request.headers.authorization !== undefined) return new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  if (required) return new ApiError(401, 'Log in, or send an API key as "Authorization: Bearer KEY".', { code: 'login_required' });
  return new ApiError(401, 'You didn’t provide an API key. Send it as "Authorization: Bearer KEY".', { code: 'missing_api_key' });
}
