import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import { rpc, type Bus } from '@minchat/bus';
import type { Logger } from '@minchat/telemetry';
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import helmet from 'helmet';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import { Registry } from 'prom-client';
import { endAnswersFirst } from './closing.ts';
import { promptCollector } from './collect.ts';
import { isLoopback, requireAuth, trustedProxies, type GatewayEnv } from './env.ts';
import { ApiError, fromClientError, toApiError, type ApiErrorBody } from './errors.ts';
import { busInference } from './inference.ts';
import { readJson } from './json-body.ts';
import { KeyRing } from './keys.ts';
import { limitRates } from './limits.ts';
import { ModelDirectory } from './models.ts';
import { openAiRoutes } from './openai/routes.ts';
import { observe } from './observe.ts';
import { adminRoutes } from './people/admin-routes.ts';
import { openToPages } from './people/cross-origin.ts';
import { guard } from './people/guard.ts';
import { Identities } from './people/identities.ts';
import { openSessionRoute, sessionRoutes } from './people/session-routes.ts';
import { runRoutes } from './runs/routes.ts';
import { dataRoutes } from './studio/data.ts';
import { labelingRoutes } from './studio/labeling.ts';
import { serveStudio } from './studio/page.ts';
import { Tickets } from './tickets.ts';
import { checkRequest } from './validation.ts';

/** A client that takes nothing of its answer for so long is cut off. */
const stalledMs = 60_000;

export type ServerSettings = Omit<GatewayEnv, 'NATS_URL' | 'NATS_TOKEN'>;

/**
 * The HTTP edge. Holds no state: everything is asked of the bus. Its metrics go into `registry`. Throws MC_AUTH_REQUIRED when it
 * would listen on an address that others can reach without authentication.
 */
export async function createServer(bus: Bus, env: ServerSettings, log: Logger, registry = new Registry()): Promise<FastifyInstance> {
  const keys = new KeyRing(env.GATEWAY_API_KEYS);
  requireAuth(env, keys);
  const required = env.GATEWAY_AUTH === 'required';
  const needsKey = required || keys.size > 0;
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: trustedProxies(env.GATEWAY_TRUST_PROXY),
    bodyLimit: env.GATEWAY_BODY_LIMIT_KB * 1024,
    requestTimeout: env.GATEWAY_REQUEST_SECONDS * 1000,
    // Node looks for slow requests at this interval; by default every 30 s.
    http: { headersTimeout: Math.min(10_000, env.GATEWAY_REQUEST_SECONDS * 1000), connectionsCheckingInterval: 1000 },
    // Ids are ours: what a client sends is never trusted, nor logged as an id.
    requestIdHeader: false,
    genReqId: newRequestId,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 512 },
    return503OnClosing: true,
    frameworkErrors: (error, request, reply) => {
      const { status, error: body } = toApiError(error);
      void (reply as FastifyReply).code(status).header('x-request-id', request.id).send({ error: body });
    },
    clientErrorHandler: (error, socket) => {
      // A connection that was made for later, as browsers and pools of clients do, would take an answer for that to its first request.
      const isUnused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
      if (error.code !== 'ECONNRESET' && socket.writable && !isUnused) socket.end(rawAnswer(fromClientError(error)), () => socket.destroy());
      else socket.destroy();
    },
  });
  readJson(app);
  app.setValidatorCompiler(checkRequest);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => {
    const { status, error: body, retryAfter } = toApiError(error, request.routeOptions.bodyLimit);
    if (status >= 500) request.log.error({ err: error, request: request.id }, 'request failed');
    if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
    return reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send({ error: body });
  });

  const closing = endAnswersFirst(app);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // A name that resolves to this machine makes a page of another site our neighbour; ours are known.
    if (!needsKey && !isLoopback(hostName(request.host))) throw new ApiError(421, 'This gateway answers to localhost only.', { code: 'unknown_host' });
  });
  if (needsKey) openToPages(app);
  const identities = new Identities(bus, keys, required, await limitRates(app, env.GATEWAY_RATE_LIMIT));
  const tickets = new Tickets(env.GATEWAY_API_KEYS);
  await app.register(cookie);
  guard(app, { identities, tickets, bus, required });

  observe(app, registry);
  const secure = helmet({
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'"], imgSrc: ["'self'", 'data:'], frameAncestors: ["'none'"], upgradeInsecureRequests: null } },
    // TLS ends in front of the gateway, which knows whether there is any.
    strictTransportSecurity: false,
  });
  app.addHook('onRequest', ({ raw }, reply, done) => secure(raw, reply.raw, (error) => done(error as Error | undefined)));
  app.addHook('onSend', async (request, reply, payload) => {
    reply.raw.setTimeout(stalledMs, () => reply.raw.destroy());
    // Nobody reads it, and events have no end.
    if (request.method === 'HEAD' && payload instanceof Readable) payload.destroy();
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    throw new ApiError(404, `Unknown request URL: ${request.method} ${request.url.split('?')[0]?.slice(0, 200) ?? ''}. The API is described at /openapi.json.`, { code: 'unknown_url' });
  });

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'minchat', version: '1', description: 'OpenAI-compatible API of your own models, and the runs that train them.' },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      ...(needsKey ? { security: [{ key: [] }] } : {}),
    },
    transform: jsonSchemaTransform,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  await serveStudio(app);

  const models = new ModelDirectory(async () => (await bus.call(rpc.listRuns, { limit: 1000 })).runs);
  await app.register(openAiRoutes, { prefix: '/v1', inference: busInference(bus), models, collect: promptCollector(bus, env.COLLECT_PROMPTS) });
  await app.register(runRoutes, { prefix: '/api', bus, tickets, closing });
  await app.register(dataRoutes, { prefix: '/api/data', bus, home: env.MINCHAT_HOME });
  await app.register(labelingRoutes, { prefix: '/api', bus });
  if (!required) {
    await app.register(openSessionRoute, { prefix: '/api' });
    return app;
  }
  await app.register(sessionRoutes, { prefix: '/api', bus, identities, tries: env.GATEWAY_LOGIN_RATE_LIMIT });
  await app.register(adminRoutes, { prefix: '/api', bus });
  return app;
}

function newRequestId(): string {
  return `req_${randomUUID().replaceAll('-', '')}`;
}

/** An answer to what never became a request. */
function rawAnswer({ status, error }: ApiErrorBody): string {
  const body = JSON.stringify({ error });
  const head = [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, 'Content-Type: application/json; charset=utf-8', `Content-Length: ${String(Buffer.byteLength(body))}`, `X-Request-Id: ${newRequestId()}`, 'Connection: close'];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}
