import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** As long as a session lasts at most; the store decides when it is over. */
const maxAgeSeconds = 30 * 86_400;

/** A browser takes the prefixed name only with Secure, Path=/ and no Domain: no neighbouring site can set it. */
function nameFor(request: FastifyRequest): string {
  return isSecure(request) ? '__Host-minchat' : 'minchat';
}

/** TLS may end in front of the gateway: GATEWAY_TRUST_PROXY says whose word counts. */
function isSecure(request: FastifyRequest): boolean {
  return request.protocol === 'https';
}

export function sessionTokenOf(request: FastifyRequest): string | undefined {
  const token = request.cookies[nameFor(request)];
  return token !== undefined && /^[A-Za-z0-9_-]{43}$/.test(token) ? token : undefined;
}

export function setSession(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.setCookie(nameFor(request), token, { httpOnly: true, sameSite: 'strict', secure: isSecure(request), path: '/', maxAge: maxAgeSeconds });
}

export function clearSession(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(nameFor(request), { httpOnly: true, sameSite: 'strict', secure: isSecure(request), path: '/' });
}
