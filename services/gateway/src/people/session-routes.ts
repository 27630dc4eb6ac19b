import { normalizeIP } from '@fastify/rate-limit';
import { rpc, type Bus } from '@minchat/bus';
import type { Account, SessionReply } from '@minchat/contracts';
import { MinchatError } from '@minchat/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { done, doneSchema, errors } from '../answers.ts';
import { clearSession, setSession } from './cookie.ts';
import { actorOf } from './guard.ts';
import type { Identities } from './identities.ts';
import { nobody, type Principal } from './principal.ts';

export interface SessionOptions {
  bus: Pick<Bus, 'call'>;
  identities: Identities;
  /** Passwords and links that one address (a /64 of IPv6) may try in a minute. */
  tries: number;
}

const tags = ['session'];
const bodyLimit = 4096;
const roles = z.enum(['admin', 'labeler', 'viewer']);
const account = z.object({ id: z.string(), name: z.string(), role: roles });
const sessionView = z.object({ auth: z.enum(['open', 'required']), account: account.nullable() });
const token = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'expected the last part of a link');
const password = z.string().max(1024);
const ownSessions = z.object({
  sessions: z.array(z.object({ id: z.string(), address: z.string(), agent: z.string(), createdAt: z.int(), seenAt: z.int(), current: z.boolean() })),
});

function viewOf({ accountId, name, role }: Pick<Account, 'accountId' | 'name' | 'role'>): z.output<typeof account> {
  return { id: accountId, name, role: roles.parse(role) };
}

/** Where nobody logs in, that much is told. */
export const openSessionRoute: FastifyPluginAsyncZod = async (app) => {
  app.get('/session', { schema: { tags, summary: 'Whether people log in here, and who is logged in', response: { 200: sessionView, ...errors } } }, () => ({ auth: 'open' as const, account: null }));
};

/** Logging in and out, coming by a link, and one's own account, under /api. */
export const sessionRoutes: FastifyPluginAsyncZod<SessionOptions> = async (app, { bus, identities, tries }) => {
  const config = { rateLimit: { max: tries, timeWindow: '1 minute', keyGenerator: (request: { ip: string }) => `login:${normalizeIP(request.ip)}` } };

  const enter = (request: FastifyRequest, reply: FastifyReply, session: SessionReply): z.output<typeof sessionView> => {
    identities.forgetSession(request);
    setSession(request, reply, session.token);
    return { auth: 'required', account: session.account === undefined ? null : viewOf(session.account) };
  };
  const endSession = async (principal: Principal, ip: string): Promise<void> => {
    if (principal.kind === 'account') await bus.call(rpc.endSessions, { actor: actorOf({ principal, ip }), accountId: principal.id, sessionId: principal.sessionId });
  };

  app.get('/session', { schema: { tags, summary: 'Whether people log in here, and who is logged in', response: { 200: sessionView, ...errors } } }, async (request, reply) => {
    const principal = await identities.of(request);
    reply.header('cache-control', 'no-store');
    return { auth: 'required' as const, account: principal.kind === 'account' ? { id: principal.id, name: principal.name, role: principal.role } : null };
  });

  const begin = z.strictObject({ name: z.string().max(256), password });
  app.post('/session', { config, bodyLimit, schema: { tags, summary: 'Log in: sets a cookie', body: begin, response: { 200: sessionView, ...errors } } }, async (request, reply) => {
    const { name, password: given } = request.body;
    const before = await identities.of(request).catch(() => nobody);
    const session = await bus.call(rpc.logIn, { name, password: given, address: request.ip, agent: agentOf(request.headers) });
    // A session that was there before ends: what logs in always begins a new one.
    await endSession(before, request.ip);
    return enter(request, reply, session);
  });

  app.delete('/session', { schema: { tags, summary: 'Log out', response: { 200: doneSchema, ...errors } } }, async (request, reply) => {
    await endSession(await identities.of(request), request.ip);
    identities.forgetSession(request);
    clearSession(request, reply);
    return done;
  });

  const invitationView = z.object({ role: roles, name: z.string().describe('Whose password the link sets; empty: it makes an account') });
  app.post('/invitations/look', { config, bodyLimit, schema: { tags, summary: 'What a link is for', body: z.strictObject({ token }), response: { 200: invitationView, ...errors } } }, async (request) => {
    const { role, name } = await bus.call(rpc.lookAtInvitation, { token: request.body.token });
    return { role: roles.parse(role), name };
  });

  const accepting = z.strictObject({ token, name: z.string().max(256).default(''), password });
  app.post('/invitations/accept', { config, bodyLimit, schema: { tags, summary: 'Use a link: make an account or set its password, and log in', body: accepting, response: { 200: sessionView, ...errors } } }, async (request, reply) => {
    return enter(request, reply, await bus.call(rpc.acceptInvitation, { ...request.body, address: request.ip, agent: agentOf(request.headers) }));
  });

  app.get('/account/sessions', { schema: { tags, summary: 'Where one is logged in', response: { 200: ownSessions, ...errors } } }, async (request) => {
    const { accountId, sessionId } = self(request.principal);
    return viewSessions(await bus.call(rpc.listSessions, { accountId }), sessionId);
  });

  app.delete('/account/sessions', { schema: { tags, summary: 'Log out everywhere else', response: { 200: ownSessions, ...errors } } }, async (request) => {
    const { accountId, sessionId } = self(request.principal);
    return viewSessions(await bus.call(rpc.endSessions, { actor: actorOf(request), accountId, keepSessionId: sessionId }), sessionId);
  });

  app.delete('/account/sessions/:id', { schema: { tags, summary: 'End one session', params: z.object({ id: z.string().max(128) }), response: { 200: ownSessions, ...errors } } }, async (request) => {
    const { accountId, sessionId } = self(request.principal);
    return viewSessions(await bus.call(rpc.endSessions, { actor: actorOf(request), accountId, sessionId: request.params.id }), sessionId);
  });

  const changing = z.strictObject({ old: password, new: password });
  app.post('/account/password', { config, bodyLimit, schema: { tags, summary: 'Set a new password; the other sessions end', body: changing, response: { 200: doneSchema, ...errors } } }, async (request) => {
    const { sessionId } = self(request.principal);
    await bus.call(rpc.changePassword, { actor: actorOf(request), oldPassword: request.body.old, newPassword: request.body.new, sessionId });
    return done;
  });
};

/** The account that asks, which the table of access made sure of. */
function self(principal: Principal): { accountId: string; sessionId: string } {
  if (principal.kind !== 'account') throw new MinchatError('MC_FORBIDDEN', `expected somebody with an account, found ${principal.kind}`);
  return { accountId: principal.id, sessionId: principal.sessionId };
}

function viewSessions({ sessions }: { sessions: { sessionId: string; address: string; agent: string; createdAtMs: number; seenAtMs: number }[] }, current: string): z.output<typeof ownSessions> {
  return { sessions: sessions.map(({ sessionId, address, agent, createdAtMs, seenAtMs }) => ({ id: sessionId, address, agent, createdAt: createdAtMs, seenAt: seenAtMs, current: sessionId === current })) };
}

function agentOf(headers: { 'user-agent'?: string | undefined }): string {
  return (headers['user-agent'] ?? '').slice(0, 200);
}
