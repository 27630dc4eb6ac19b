import { isIP } from 'node:net';
import { commonEnv, portEnv, readEnv } from '@minchat/config';
import { MinchatError } from '@minchat/errors';
import { z } from 'zod';
import { KeyRing } from './keys.ts';

/** What the gateway reads of the environment. */
const gatewayEnv = {
  ...commonEnv,
  GATEWAY_HOST: z.string().trim().min(1).default('127.0.0.1'),
  GATEWAY_PORT: portEnv.GATEWAY_PORT,
  /** `required`: people log in, programs have keys. `open`: nobody does, unless GATEWAY_API_KEYS are set. */
  GATEWAY_AUTH: z.enum(['open', 'required']).default('open'),
  /** Passwords that one address may try in a minute. */
  GATEWAY_LOGIN_RATE_LIMIT: z.coerce.number().int().min(1).default(20),
  /** Proxies in front whose X-Forwarded-* headers are believed: addresses or networks, separated by commas. */
  GATEWAY_TRUST_PROXY: z.string().trim().refine(isProxyList, 'expected addresses (127.0.0.1, 10.0.0.0/8, loopback) separated by commas').default(''),
  /** `name=key` or `key`, separated by commas; a key may be written as sha256:HEX. */
  GATEWAY_API_KEYS: z.string().default(''),
  /** Whether prompts go to the store: `off`, `on`, or names of keys separated by commas. */
  COLLECT_PROMPTS: z.string().trim().default('off'),
  /** Requests a minute, for each key (or address, without keys). */
  GATEWAY_RATE_LIMIT: z.coerce.number().int().min(1).default(10_000),
  GATEWAY_BODY_LIMIT_KB: z.coerce.number().int().min(1).max(65_536).default(1024),
  /** How long a client may take to send a request. */
  GATEWAY_REQUEST_SECONDS: z.coerce.number().min(0.1).default(30),
} as const;
export type GatewayEnv = z.output<z.ZodObject<typeof gatewayEnv>>;

/** Reads the environment. Throws MC_CONFIG_INVALID; MC_AUTH_REQUIRED when an address that others can reach is open. */
export function readGatewayEnv(env: Readonly<Record<string, string | undefined>> = process.env): GatewayEnv {
  const settings = readEnv(z.object(gatewayEnv), env);
  const keys = new KeyRing(settings.GATEWAY_API_KEYS);
  requireAuth(settings, keys);
  requireCollectors(settings.COLLECT_PROMPTS, keys);
  return settings;
}

/** A name that no key has would collect nothing, and nobody would notice. Throws MC_CONFIG_INVALID. */
function requireCollectors(setting: string, keys: KeyRing): void {
  if (setting === 'on' || setting === 'off') return;
  const unknown = setting.split(',').map((name) => name.trim()).find((name) => !keys.names.includes(name));
  if (unknown === undefined) return;
  const known = keys.size > 0 ? ` (${keys.names.join(', ')})` : '';
  throw new MinchatError('MC_CONFIG_INVALID', `COLLECT_PROMPTS=${setting}: expected off, on, or names of keys in GATEWAY_API_KEYS${known}, found ${unknown === '' ? 'an empty name' : unknown}`);
}

/** Loopback is open without ceremony; any other address is not. Throws MC_AUTH_REQUIRED. */
export function requireAuth({ GATEWAY_HOST, GATEWAY_AUTH }: Pick<GatewayEnv, 'GATEWAY_HOST' | 'GATEWAY_AUTH'>, keys: KeyRing): void {
  if (GATEWAY_AUTH === 'required' || keys.size > 0 || isLoopback(GATEWAY_HOST)) return;
  throw new MinchatError('MC_AUTH_REQUIRED', `GATEWAY_HOST=${GATEWAY_HOST}: expected authentication on an address that others can reach, found none`);
}

/** What Fastify's trustProxy takes. */
export function trustedProxies(list: string | undefined): string[] | false {
  return list === undefined || list === '' ? false : list.split(',').map((one) => one.trim());
}

function isProxyList(list: string): boolean {
  const isProxy = (one: string): boolean => {
    const [address = '', bits = '1', ...rest] = one.trim().split('/');
    // A network of everybody is no proxy: whoever asks could write any address into the header.
    return ['loopback', 'linklocal', 'uniquelocal'].includes(one.trim()) || (isIP(address) > 0 && /^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128) && rest.length === 0);
  };
  return list === '' || list.split(',').every(isProxy);
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
