import { createHash } from 'node:crypto';
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { Role } from './access.ts';

/** Who asks. */
export type Principal =
  | { readonly kind: 'nobody' }
  /** Somebody on this machine, where nobody has to log in. */
  | { readonly kind: 'local'; readonly role: 'admin' }
  | {
    readonly kind: 'key';
    /** A key of GATEWAY_API_KEYS is an admin where there are no accounts. */
    readonly role: 'admin' | 'key';
    readonly id: string;
    readonly name: string;
    /** Whether its prompts are collected; undefined leaves it to COLLECT_PROMPTS. */
    readonly collect: boolean | undefined;
    /** Requests a minute; 0 for as many as the gateway allows. */
    readonly rateLimit: number;
  }
  | { readonly kind: 'account'; readonly role: Exclude<Role, 'key'>; readonly id: string; readonly name: string; readonly sessionId: string };

export const nobody: Principal = { kind: 'nobody' };
export const local: Principal = { kind: 'local', role: 'admin' };

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; `nobody` on routes that everyone may ask. */
    principal: Principal;
  }
}

/** Whose requests are counted together: a key's, an account's, or an address's. An IPv6 customer has a whole /64: its addresses count as one. */
export function callerOf({ principal, ip }: Pick<FastifyRequest, 'principal' | 'ip'>): string {
  return 'id' in principal ? principal.id : `ip:${normalizeIP(ip)}`;
}

/** Who shares the model with others: the caller. Where nobody has to log in any key is taken, and tells a program from the others and from the studio. */
export function clientOf(request: Pick<FastifyRequest, 'principal' | 'ip' | 'headers'>): string {
  const { authorization } = request.headers;
  return request.principal.kind !== 'local' || authorization === undefined ? callerOf(request) : `key:${createHash('sha256').update(authorization).digest('hex')}`;
}

/** The labeler that a request speaks for: the account, whatever name is given; else the name given, each key having names of its own. */
export function labelerOf(principal: Principal, name: string): string {
  if (principal.kind === 'account') return principal.id;
  return principal.kind === 'key' ? `${principal.name}:${name}` : name;
}
