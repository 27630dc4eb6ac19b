import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keptMs, type Identities } from './identities.ts';

/**
 * Cuts off answers that go on for long, streams above all, once whoever asked may not ask any more:
 * logged out, disabled, revoked, or with another role.
 */
export function watch(app: FastifyInstance, identities: Identities): void {
  const open = new Map<FastifyRequest, FastifyReply>();
  app.addHook('preHandler', async (request, reply) => {
    if (request.principal.kind !== 'account' && request.principal.kind !== 'key') return;
    // They may have left while it was found out who they are.
    if (reply.raw.destroyed) return;
    open.set(request, reply);
    reply.raw.once('close', () => open.delete(request));
  });
  const look = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const before = request.principal;
    // A store that does not answer decides nothing.
    const now = await identities.of(request).catch(() => before);
    const same = now.kind === before.kind && 'id' in now && 'id' in before && now.id === before.id && now.role === before.role;
    if (!same) reply.raw.destroy();
  };
  const timer = setInterval(() => open.forEach((reply, request) => void look(request, reply)), keptMs).unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
