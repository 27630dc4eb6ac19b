import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from './errors.ts';
import { callerOf } from './people/principal.ts';

/**
 * Limits how much each caller asks, and tells so in headers. What is returned counts a request by its address, where it is not
 * known yet who asks, and throws where there were too many.
 */
export async function limitRates(app: FastifyInstance, perMinute: number): Promise<(request: FastifyRequest) => Promise<void>> {
  await app.register(rateLimit, {
    max: ({ principal }) => (principal.kind === 'key' && principal.rateLimit > 0 ? principal.rateLimit : perMinute),
    timeWindow: '1 minute',
    keyGenerator: callerOf,
    errorResponseBuilder: (_request, { ttl }) => rateLimited(ttl),
  });
  app.addHook('onSend', async (_request, reply) => {
    // The plugin's headers under OpenAI's names as well.
    for (const part of ['limit', 'remaining', 'reset']) {
      const value = reply.getHeader(`x-ratelimit-${part}`);
      if (value !== undefined) reply.header(`x-ratelimit-${part}-requests`, part === 'reset' ? `${String(value)}s` : value);
    }
  });
  const strangers = app.createRateLimit({});
  return async (request) => {
    const limit = await strangers(request);
    if (!limit.isAllowed && limit.isExceeded) throw rateLimited(limit.ttl);
  };
}

function rateLimited(milliseconds: number): ApiError {
  const seconds = Math.ceil(milliseconds / 1000);
  return new ApiError(429, `Rate limit reached. Try again in ${String(seconds)} seconds.`, { code: 'rate_limit_exceeded', retryAfter: seconds });
}
