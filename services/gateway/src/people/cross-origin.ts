import type { FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the studio sends with each request, and a page of another origin cannot without being asked first. */
export const studioHeader = 'x-minchat-studio';

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

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
