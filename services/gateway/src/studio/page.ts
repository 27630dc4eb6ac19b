import { existsSync } from 'node:fs';
import { join } from 'node:path';
import serveStatic from '@fastify/static';
import { studioFolder } from '@minchat/web';
import type { FastifyInstance } from 'fastify';

const missing = `<!doctype html><html lang="en"><title>minchat</title><p>The studio is not built. Build it with <code>npm run build -w @minchat/web</code>; the API works without it.`;

/** Serves the studio at `/`. Files under assets/ have a digest in their names and never change; scripts and styles lie there compressed, too. */
export async function serveStudio(app: FastifyInstance): Promise<void> {
  if (!existsSync(join(studioFolder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) => reply.code(503).type('text/html; charset=utf-8').send(missing));
    return;
  }
  await app.register(serveStatic, {
    root: studioFolder,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply, path) => {
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
