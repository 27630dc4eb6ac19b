import { createHash, timingSafeEqual } from 'node:crypto';
import { MinchatError } from '@minchat/errors';

interface Key { name: string; hash: Buffer }

/** The API keys that are let in, as hashes: the keys themselves are not kept. */
export class KeyRing {
  readonly #keys: readonly Key[];

  /** `list` as in GATEWAY_API_KEYS. Throws MC_CONFIG_INVALID. */
  constructor(list: string) {
    this.#keys = list.split(',').map((entry) => entry.trim()).filter((entry) => entry !== '').map(readKey);
    if (new Set(this.names).size < this.size) throw new MinchatError('MC_CONFIG_INVALID', 'GATEWAY_API_KEYS: expected each key to have a name of its own');
  }

  get size(): number {
    return this.#keys.length;
  }

  get names(): readonly string[] {
    return this.#keys.map(({ name }) => name);
  }

  /** The name of the key in an Authorization header; undefined when it is none of ours. */
  nameOf(authorization: string | undefined): string | undefined {
    const given = bearerOf(authorization);
    if (given === undefined) return undefined;
    const hash = sha256(given);
    // Every key is compared, so that the time tells nothing.
    return this.#keys.reduce<string | undefined>((found, key) => (timingSafeEqual(hash, key.hash) ? key.name : found), undefined);
  }
}

/** The key in an Authorization header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S{1,512})$/i.exec(authorization ?? '')?.[1];
}

function readKey(entry: string, index: number): Key {
  const place = `key${String(index + 1)}`;
  // What = ends is a key in base64, and no name of one.
  const { name = place, secret = '' } = /^(?:(?<name>[A-Za-z0-9_-]{1,64})=(?!=*$))?(?<secret>\S+)$/.exec(entry)?.groups ?? {};
  const hex = /^sha256:([0-9a-f]{64})$/i.exec(secret)?.[1];
  if (hex !== undefined) return { name, hash: Buffer.from(hex, 'hex') };
  // The value is not told: logs are read by more people than keys are for.
  const refuse = (expected: string): never => {
    throw new MinchatError('MC_CONFIG_INVALID', `GATEWAY_API_KEYS, ${place}: expected ${expected}`);
  };
  // Taken as a key, whoever reads the settings would have one.
  if (/^sha256:/i.test(secret)) refuse('64 hexadecimal digits behind sha256:');
  if (secret.length < 16) refuse('a key of at least 16 characters');
  return { name, hash: sha256(secret) };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
