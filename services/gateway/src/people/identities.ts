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
  readonly #known: LRUCache<string, Principal>;

  constructor(bus: Pick<Bus, 'call'>, ring: KeyRing, required: boolean) {
    this.#ring = ring;
    this.#required = required;
    this.#known = new LRUCache({
      max: mostKept,
      ttl: keptMs,
      fetchMethod: (credential) => {
        const [kind = '', hash = ''] = credential.split(':');
        return kind === 'key' ? findKey(bus, hash) : findSession(bus, hash);
      },
    });
  }

  /** Throws MC_SERVICE_UNAVAILABLE when the store is needed and is not there. */
  async of(request: FastifyRequest): Promise<Principal> {
    const { authorization } = request.headers;
    const name = this.#ring.nameOf(authorization);
    if (name !== undefined) return { kind: 'key', role: this.#required ? 'key' : 'admin', id: `static:${name}`, name, collect: undefined, rateLimit: 0 };
    if (!this.#required) return this.#ring.size === 0 ? local : nobody;
    // Whoever sends a key means the key, whatever cookie comes with it.
    if (authorization !== undefined) return this.#find('key', keyPattern.exec(bearerOf(authorization) ?? '')?.[0]);
    return this.#find('session', sessionTokenOf(request));
  }

  /** Forgets a session at once that this gateway saw end. */
  forgetSession(request: FastifyRequest): void {
    const token = sessionTokenOf(request);
    if (token !== undefined) this.#known.delete(`session:${sha256(token)}`);
  }

  async #find(kind: 'key' | 'session', token: string | undefined): Promise<Principal> {
    return token === undefined ? nobody : (await this.#known.fetch(`${kind}:${sha256(token)}`)) ?? nobody;
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
