import type { FastifyInstance } from 'fastify';

/** Lets a server that closes end its answers, and nothing else. The signal aborts when it begins to close. */
export function endAnswersFirst(app: FastifyInstance): AbortSignal {
  const closing = new AbortController();
  let running = 0;
  // Connections that have not asked for anything yet would keep a closing server open.
  const closeWhenDone = (): void => {
    if (closing.signal.aborted && running === 0) app.server.closeAllConnections();
  };
  app.addHook('preClose', async () => {
    closing.abort();
    closeWhenDone();
  });
  app.addHook('onRequest', async (_request, reply) => {
    running += 1;
    reply.raw.once('close', () => {
      running -= 1;
      closeWhenDone();
    });
  });
  return closing.signal;
}
