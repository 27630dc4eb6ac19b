import { createHash } from 'node:crypto';
import { rpc, type Bus } from '@minchat/bus';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { bearerOf, type KeyRing } from '../keys.ts';
import type { Role } from './access.ts';
import { sessionTokenOf } from './cookie.ts';
import { local, nobody, type Principal } from './principal.ts';

/** An answer of the store is used for so long: a key that was revoked works no longer than this. */
export const keptMs = 3000;
const mostKept = 10_000;
/** A key as the store makes them; it is not asked for others. */
const keyPattern = /^mc-[A-Za-z0-9_-]{43}$/;

/**
 * Finds out who asks. Keys and sessions are looked up in the store by their hashes and kept for a
 * moment. Where nobody has to log in, everybody is `local`, or has one of GATEWAY_API_KEYS.
 */
export class Identities {
  readonly #ring: KeyRing;
  readonly #required: boolean;
  readonly #limit: (request: FastifyRequest) => Promise<void>;
  readonly #known: LRUCache<string, Principal>;

  /** `limit` throws when an address comes with too many keys and sessions that are not known to be anybody's: they do not reach the store. */
  constructor(bus: Pick<Bus, 'call'>, ring: KeyRing, required: boolean, limit: (request: FastifyRequest) => Promise<void>) {
    this.#ring = ring;
    this.#required = required;
    this.#limit = limit;
    this.#known = new LRUCache({
      max: mostKept,
      ttl: keptMs,
      fetchMethod: (credential) => {
        const [kind = '', hash = ''] = credential.split(':');
        return kind === 'key' ? findKey(bus, hash) : findSession(bus, hash);
      },
    });
  }

  /** Throws MC_SERVICE_UNAVAILABLE when the store is needed and is not there, and what `limit` throws. */
  async of(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    const name = this.#ring.nameOf(authorization);
    if (name !== undefined) return { kind: 'key', role: this.#required ? 'key' : 'admin', id: `static:${name}`, name, collect: undefined, rateLimit: 0 };
    if (!this.#required) return this.#ring.size === 0 ? local : nobody;
    // Whoever sends a key means the key, whatever cookie comes with it.
    if (authorization !== undefined) return this.#find(request, 'key', keyPattern.exec(bearerOf(authorization) ?? '')?.[0]);
    return this.#find(request, 'session', sessionTokenOf(request));
  }

  /** Forgets a session at once that this gateway saw end. */
  forgetSession(request: FastifyRequest): void {
    const token = sessionTokenOf(request);
    if (token !== undefined) this.#known.delete(`session:${sha256(token)}`);
  }

  async #find(request: FastifyRequest, kind: 'key' | 'session', token: string | undefined): Promise<Principal> {
    if (token === undefined) return nobody;
    const credential = `${kind}:${sha256(token)}`;
    // An answer that is too old to be used still tells that there was such a key.
    const before = this.#known.peek(credential, { allowStale: true });
    if (!this.#known.has(credential) && (before ?? nobody).kind === 'nobody') await this.#limit(request);
    return (await this.#known.fetch(credential)) ?? nobody;
  }
}

async function findKey(bus: Pick<Bus, 'call'>, keyHash: string): Promise<Principal> {
  const { key } = await bus.call(rpc.checkKey, { keyHash });
  return key === undefined ? nobody : { kind: 'key', role: 'key', id: key.keyId, name: key.name, collect: key.collect, rateLimit: key.rateLimit };
}

async function findSession(bus: Pick<Bus, 'call'>, tokenHash: string): Promise<Principal> {
  const { account, sessionId } = await bus.call(rpc.checkSession, { tokenHash });
  return account === undefined ? nobody : { kind: 'account', role: account.role as Exclude<Role, 'key'>, id: account.accountId, name: account.name, sessionId };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
