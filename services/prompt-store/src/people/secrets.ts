import { argon2, createHash, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { MinchatError } from '@minchat/errors';

const derive = promisify(argon2);

/** OWASP's choice for Argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const hashBytes = 32;
const longestPassword = 256;
const shortestPassword = 12;
/** Passwords that are looked at or wait for it. */
const mostDeriving = 64;
let deriving = 0;

/** The password as a PHC string (Argon2id), which any library of Argon2 can read. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await deriveKey(password, salt, cost, hashBytes);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(hash)}`;
}

/** Compares in constant time. Without a hash it takes as long and is false: nobody learns which names there are. */
export async function verifyPassword(password: string, phc: string | undefined): Promise<boolean> {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(phc ?? (await nobodysHash));
  if (parts === null) throw new Error('expected a password hash of Argon2id, found another');
  const [, memory, passes, parallelism, salt = '', wanted = ''] = parts;
  const expected = Buffer.from(wanted, 'base64');
  const found = await deriveKey(password, Buffer.from(salt, 'base64'), { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }, expected.length);
  return timingSafeEqual(found, expected) && phc !== undefined;
}

const nobodysHash = hashPassword(randomBytes(16).toString('hex'));

/** Throws MC_USAGE for a password that is easily guessed. */
export function checkPassword(password: string, name: string): void {
  const length = Array.from(password.normalize('NFC')).length;
  if (length < shortestPassword || length > longestPassword) {
    throw new MinchatError('MC_USAGE', `expected a password of ${shortestPassword} to ${longestPassword} characters, found ${length}`, { hint: 'Several words are easy to remember and hard to guess.' });
  }
  const lower = password.toLowerCase();
  if (new Set(lower).size < 5 || lower.includes(name.toLowerCase())) {
    throw new MinchatError('MC_USAGE', 'expected a password without your name and with more different characters', { hint: 'Several words are easy to remember and hard to guess.' });
  }
}

/** Computed on Node's few threads, the others wait. Throws MC_OVERLOADED when many do: each is work that a stranger can ask for. */
async function deriveKey(password: string, nonce: Buffer, parameters: Pick<Argon2Parameters, 'memory' | 'passes' | 'parallelism'>, tagLength: number): Promise<Buffer> {
  if (deriving >= mostDeriving) throw new MinchatError('MC_OVERLOADED', `expected at most ${mostDeriving} passwords to look at, found more`, { hint: 'Try again in a moment.' });
  deriving += 1;
  try {
    return await derive('argon2id', { ...parameters, message: Buffer.from(password.normalize('NFC')), nonce, tagLength });
  } finally {
    deriving -= 1;
  }
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** 256 random bits, for a link, a session or a key. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** How a random token is stored. It cannot be guessed, so one round of SHA-256 is enough. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** A name for programs, which tells nothing. */
export function newId(kind: string): string {
  return `${kind}-${randomBytes(8).toString('hex')}`;
}
