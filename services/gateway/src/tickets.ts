import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

const lifeMs = 5 * 60_000;

/**
 * Short-lived permits to read one path, for what a browser fetches without a header: the report in
 * its frame. Any gateway with the same keys takes the others' tickets; without keys each has a secret
 * of its own, and a session's cookie opens the path anyway.
 */
export class Tickets {
  readonly #secret: Buffer;

  /** `keys` as in GATEWAY_API_KEYS. */
  constructor(keys: string) {
    this.#secret = keys === '' ? randomBytes(32) : createHash('sha256').update(`ticket:${keys}`).digest();
  }

  /** The path with a ticket to read it. */
  issue(path: string, now = Date.now()): string {
    const until = String(now + lifeMs);
    return `${path}?ticket=${until}.${this.#sign(path, until)}`;
  }

  /** Whether a request reads a path that it has a ticket for. */
  admit(request: Pick<FastifyRequest, 'method' | 'url'>, now = Date.now()): boolean {
    const [path = '', query = ''] = request.url.split('?');
    const [until = '', signature = ''] = (new URLSearchParams(query).get('ticket') ?? '').split('.');
    if (request.method !== 'GET' || !/^\d{1,15}$/.test(until) || Number(until) < now) return false;
    const wanted = Buffer.from(this.#sign(path, until));
    const given = Buffer.from(signature);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #sign(path: string, until: string): string {
    return createHmac('sha256', this.#secret).update(`${until} ${path}`).digest('hex');
  }
}
