import { randomBytes } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import { rpc, type Bus } from '@minchat/bus';
import type { Logger } from '@minchat/telemetry';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { Registry } from 'prom-client';
import { isLoopback, requireKeys, type GatewayEnv } from './env.ts';
import { ApiError, toApiError } from './errors.ts';
import { busInference } from './inference.ts';
import { KeyRing, collects } from './keys.ts';
import { ModelDirectory } from './models.ts';
import { openAiRoutes, type CollectedPrompt } from './openai/routes.ts';
import { observe } from './observe.ts';
import { runRoutes } from './runs/routes.ts';
import { dataRoutes } from './studio/data.ts';
import { labelingRoutes } from './studio/labeling.ts';
import { serveStudio } from './studio/page.ts';
import { Tickets } from './tickets.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the API key that the request came with. */
    keyName: string | undefined;
  }
}

export type ServerSettings = Omit<GatewayEnv, 'NATS_URL' | 'NATS_TOKEN'>;

/**
 * The HTTP edge. Holds no state: everything is asked of the bus. Its metrics go into `registry`. Throws MC_CONFIG_INVALID when it
 * would listen on an open address without keys.
 */
export async function createServer(bus: Bus, env: ServerSettings, log: Logger, registry = new Registry()): Promise<FastifyInstance> {
  const keys = new KeyRing(env.GATEWAY_API_KEYS);
  requireKeys(env.GATEWAY_HOST, keys);
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: env.GATEWAY_BODY_LIMIT_KB * 1024,
    requestTimeout: env.GATEWAY_REQUEST_SECONDS * 1000,
    // Node looks for slow requests at this interval; by default every 30 s.
    http: { headersTimeout: Math.min(10_000, env.GATEWAY_REQUEST_SECONDS * 1000), connectionsCheckingInterval: 1000 },
    // Ids are ours: what a client sends is never trusted, nor logged as an id.
    requestIdHeader: false,
    genReqId: () => `req_${randomBytes(12).toString('hex')}`,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => {
      const { status, error: body } = toApiError(error);
      void (reply as FastifyReply).code(status).header('x-request-id', request.id).send({ error: body });
    },
  });
  // Only JSON is read; without this text/plain would be too, which pages of other origins may send.
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => {
    const { status, error: body, retryAfter } = toApiError(error);
    if (status >= 500) request.log.error({ err: error, request: request.id }, 'request failed');
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    return reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send({ error: body });
  });

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
  app.decorateRequest('keyName');
  app.addHook('onRequest', async (request, reply) => {
    running += 1;
    reply.raw.once('close', () => {
      running -= 1;
      closeWhenDone();
    });
    reply.header('x-request-id', request.id);
    // A name that resolves to this machine makes a page of another site our neighbour; ours are known.
    if (keys.size === 0 && !isLoopback(hostName(request.host))) throw new ApiError(421, 'This gateway answers to localhost only.', { code: 'unknown_host' });
    request.keyName = keys.nameOf(request.headers.authorization);
  });

  observe(app, registry);
  await app.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'], frameAncestors: ["'none'"], upgradeInsecureRequests: null } },
    // TLS ends in front of the gateway, which knows whether there is any.
    strictTransportSecurity: false,
  });
  await app.register(rateLimit, {
    max: env.GATEWAY_RATE_LIMIT,
    timeWindow: '1 minute',
    keyGenerator: (request) => (request.keyName === undefined ? `ip:${request.ip}` : `key:${request.keyName}`),
    errorResponseBuilder: (_request, { after }) => new ApiError(429, `Rate limit reached. Try again in ${after}.`, { code: 'rate_limit_exceeded' }),
  });
  app.addHook('onSend', async (_request, reply) => {
    // The plugin's headers under OpenAI's names as well.
    for (const part of ['limit', 'remaining', 'reset']) {
      const value = reply.getHeader(`x-ratelimit-${part}`);
      if (value !== undefined) reply.header(`x-ratelimit-${part}-requests`, part === 'reset' ? `${String(value)}s` : value);
    }
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    throw new ApiError(404, `Unknown request URL: ${request.method} ${request.url.split('?')[0]?.slice(0, 200) ?? ''}. The API is described at /openapi.json.`, { code: 'unknown_url' });
  });

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'minchat', version: '1', description: 'OpenAI-compatible API of your own models, and the runs that train them.' },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      ...(keys.size > 0 ? { security: [{ key: [] }] } : {}),
    },
    transform: jsonSchemaTransform,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await serveStudio(app);

  const collect = ({ request, index, messages, user, refused }: CollectedPrompt): void => {
    if (refused || request.headers['x-minchat-collect'] === 'off' || !collects(env.COLLECT_PROMPTS, request.keyName)) return;
    const userId = user ?? request.keyName ?? 'local';
    bus.publishFeedback('prompt', { promptId: `api-${request.id}-${index}`, userId, messages, source: 'api', atMs: Date.now() })
      .catch((error: unknown) => request.log.warn({ err: error }, 'prompt not collected'));
  };
  const models = new ModelDirectory(async () => (await bus.call(rpc.listRuns, { limit: 1000 })).runs);
  const tickets = new Tickets(env.GATEWAY_API_KEYS);
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', async (request) => {
      if (keys.size === 0 || request.keyName !== undefined || tickets.admit(request)) return;
      const given = request.headers.authorization !== undefined;
      throw new ApiError(401, given ? 'Incorrect API key provided.' : 'You didn’t provide an API key. Send it as "Authorization: Bearer KEY".', { code: given ? 'invalid_api_key' : 'missing_api_key' });
    });
    await guarded.register(openAiRoutes, { prefix: '/v1', inference: busInference(bus), models, collect });
    await guarded.register(runRoutes, { prefix: '/api', bus, tickets, closing: closing.signal });
    await guarded.register(dataRoutes, { prefix: '/api/data', bus });
    await guarded.register(labelingRoutes, { prefix: '/api', bus });
  });
  return app;
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
