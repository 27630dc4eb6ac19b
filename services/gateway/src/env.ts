import { isIP } from 'node:net';
import { commonEnv, readEnv } from '@minchat/config';
import { MinchatError } from '@minchat/errors';
import { z } from 'zod';
import { KeyRing } from './keys.ts';

/** What the gateway reads of the environment. */
export const gatewayEnv = {
  ...commonEnv,
  GATEWAY_HOST: z.string().trim().min(1).default('127.0.0.1'),
  GATEWAY_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
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

/** Reads the environment. Throws MC_CONFIG_INVALID, also when an open address has no keys. */
export function readGatewayEnv(env: Readonly<Record<string, string | undefined>> = process.env): GatewayEnv {
  const settings = readEnv(z.object(gatewayEnv), env);
  requireKeys(settings.GATEWAY_HOST, new KeyRing(settings.GATEWAY_API_KEYS));
  return settings;
}

/** Loopback is open without ceremony; any other address is not. Throws MC_CONFIG_INVALID. */
export function requireKeys(host: string, keys: KeyRing): void {
  if (keys.size > 0 || isLoopback(host)) return;
  throw new MinchatError('MC_CONFIG_INVALID', `GATEWAY_HOST=${host}: expected GATEWAY_API_KEYS to be set on an address that others can reach, found none`, {
    hint: 'Set GATEWAY_API_KEYS=name=KEY (make a key with `openssl rand -hex 24`), or leave GATEWAY_HOST at 127.0.0.1.',
  });
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
