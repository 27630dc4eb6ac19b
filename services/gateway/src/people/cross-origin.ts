import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the studio sends with each request, and a page of another origin cannot without being asked first. */
const studioHeader = 'x-minchat-studio';

/**
 * Refuses what a page of another origin made a browser send. Browsers say where a request comes
 * from (Sec-Fetch-Site, else Origin); where sessions are cookies the studio's own header is wanted
 * besides. Programs with a key are not asked: no page makes a browser send one. Throws a 403.
 */
export function refuseCrossOrigin(request: FastifyRequest, sessions: boolean): void {
  if (safeMethods.has(request.method) || request.headers.authorization !== undefined) return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isOwn = site === undefined ? origin === undefined || hostOf(origin) === request.host : site === 'same-origin' || site === 'none';
  if (!isOwn || (sessions && request.headers[studioHeader] === undefined)) {
    throw new ApiError(403, 'This request does not come from the studio’s own pages.', { code: 'cross_origin' });
  }
}

/**
 * Lets pages of other origins ask /v1 with a key (CORS). Only where a key is needed: elsewhere any page on the web
 * could use the models of this machine. Never with cookies, which `*` leaves out.
 */
export function openToPages(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ url }, reply) => {
    if (url.startsWith('/v1/')) reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', '*');
  });
  app.options('/v1/*', { schema: { hide: true } }, (request, reply) =>
    reply.code(204).headers({
      'access-control-allow-methods': 'GET, POST',
      // Each client has its own, and `*` is not Authorization.
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
      'access-control-max-age': '7200',
    }).send());
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
