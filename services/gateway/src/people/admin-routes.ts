import { rpc, type Bus } from '@minchat/bus';
import type { Account, ApiKey, Invitation } from '@minchat/contracts';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { done, doneSchema, errors } from '../answers.ts';
import { actorOf } from './guard.ts';

const tags = ['people'];
const params = z.object({ id: z.string().regex(/^[a-z0-9-]{1,64}$/, 'expected an id') });
const role = z.enum(['admin', 'labeler', 'viewer']);
const time = z.int().describe('Milliseconds since 1970; 0 for never');

const person = z.object({ id: z.string(), name: z.string(), role, disabled: z.boolean(), createdAt: time, seenAt: time });
const invitation = z.object({ id: z.string(), role, note: z.string(), account: z.string().nullable(), expiresAt: time });
const linkView = z.object({ token: z.string().describe('The last part of the link /#/join/TOKEN; told only here'), invitation });
const key = z.object({ id: z.string(), name: z.string(), prefix: z.string(), collect: z.boolean(), rateLimit: z.int().describe('Requests a minute; 0: as many as the gateway allows'), createdAt: time, usedAt: time });
const keySettings = { collect: z.boolean().default(false).describe('Prompts sent with the key are collected: its users agreed'), rateLimit: z.int().min(0).max(1_000_000).default(0) };
const auditView = z.object({
  entries: z.array(z.object({ number: z.int(), at: time, account: z.string(), name: z.string(), address: z.string(), action: z.string(), target: z.string(), detail: z.string() })),
  next: z.int().describe('`before` of the next page; 0 when nothing follows'),
});

/** What admins do about people and keys, under /api. */
export const adminRoutes: FastifyPluginAsyncZod<{ bus: Pick<Bus, 'call'> }> = async (app, { bus }) => {
  app.get('/people', { schema: { tags, summary: 'The accounts, and the links that were not used yet', response: { 200: z.object({ people: z.array(person), invitations: z.array(invitation) }), ...errors } } }, async () => {
    const { accounts, invitations } = await bus.call(rpc.listPeople, {});
    return { people: accounts.map(viewPerson), invitations: invitations.map(viewInvitation) };
  });

  const change = z.strictObject({ role: role.optional(), disabled: z.boolean().optional() });
  app.patch('/people/:id', { schema: { tags, summary: 'Change a role, disable or enable an account', params, body: change, response: { 200: person, ...errors } } }, async (request) => {
    const { role: next = '', disabled } = request.body;
    return viewPerson(await bus.call(rpc.changeAccount, { actor: actorOf(request), accountId: request.params.id, role: next, disable: disabled === true, enable: disabled === false }));
  });

  app.post('/people/:id/link', { schema: { tags, summary: 'A link that sets a new password', params, response: { 201: linkView, ...errors } } }, async (request, reply) => {
    const made = await bus.call(rpc.invite, { actor: actorOf(request), accountId: request.params.id });
    return reply.code(201).send(viewLink(made));
  });

  const inviting = z.strictObject({ role, note: z.string().trim().max(100).default('').describe('For whom it is') });
  app.post('/invitations', { schema: { tags, summary: 'A link that makes an account', body: inviting, response: { 201: linkView, ...errors } } }, async (request, reply) => {
    const made = await bus.call(rpc.invite, { actor: actorOf(request), ...request.body });
    return reply.code(201).send(viewLink(made));
  });

  app.delete('/invitations/:id', { schema: { tags, summary: 'Withdraw a link', params, response: { 200: doneSchema, ...errors } } }, async (request) => {
    await bus.call(rpc.withdrawInvitation, { actor: actorOf(request), invitationId: request.params.id });
    return done;
  });

  app.get('/keys', { schema: { tags, summary: 'The API keys', response: { 200: z.object({ keys: z.array(key) }), ...errors } } }, async () => ({ keys: (await bus.call(rpc.listKeys, {})).keys.map(viewKey) }));

  const making = z.strictObject({ name: z.string().trim().min(1).max(64), ...keySettings });
  app.post('/keys', { schema: { tags, summary: 'Make an API key', body: making, response: { 201: z.object({ secret: z.string().describe('The key; told only here'), key }), ...errors } } }, async (request, reply) => {
    const made = await bus.call(rpc.makeKey, { actor: actorOf(request), ...request.body });
    return reply.code(201).send({ secret: made.secret, key: viewKey(given(made.key)) });
  });

  app.patch('/keys/:id', { schema: { tags, summary: 'Change a key’s settings', params, body: z.strictObject(keySettings), response: { 200: key, ...errors } } }, async (request) =>
    viewKey(await bus.call(rpc.changeKey, { actor: actorOf(request), keyId: request.params.id, ...request.body })));

  app.delete('/keys/:id', { schema: { tags, summary: 'Revoke a key', params, response: { 200: doneSchema, ...errors } } }, async (request) => {
    await bus.call(rpc.revokeKey, { actor: actorOf(request), keyId: request.params.id });
    return done;
  });

  const paging = z.object({ before: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(200).default(50) });
  app.get('/audit', { schema: { tags, summary: 'Who did what, the newest first', querystring: paging, response: { 200: auditView, ...errors } } }, async (request) => {
    const { entries, next } = await bus.call(rpc.listAudit, request.query);
    return {
      next,
      entries: entries.map(({ number, atMs, actor, action, target, detail }) => ({ number, at: atMs, account: actor?.accountId ?? '', name: actor?.name ?? '', address: actor?.address ?? '', action, target, detail })),
    };
  });
};

function viewPerson({ accountId, name, role: held, disabled, createdAtMs, seenAtMs }: Account): z.output<typeof person> {
  return { id: accountId, name, role: role.parse(held), disabled, createdAt: createdAtMs, seenAt: seenAtMs };
}

function viewInvitation({ invitationId, role: given, note, accountId, expiresAtMs }: Invitation): z.output<typeof invitation> {
  return { id: invitationId, role: role.parse(given), note, account: accountId === '' ? null : accountId, expiresAt: expiresAtMs };
}

function viewLink({ token, invitation: made }: { token: string; invitation?: Invitation | undefined }): z.output<typeof linkView> {
  return { token, invitation: viewInvitation(given(made)) };
}

function viewKey({ keyId, name, prefix, collect, rateLimit, createdAtMs, usedAtMs }: ApiKey): z.output<typeof key> {
  return { id: keyId, name, prefix, collect, rateLimit, createdAt: createdAtMs, usedAt: usedAtMs };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected what the store made, found nothing');
  return value;
}
