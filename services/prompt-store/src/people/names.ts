import { MinchatError } from '@minchat/errors';
import { shortStorable } from '../storable.ts';
import { roles } from './tables.ts';

/** The name as it is compared: two names that look alike are one. Whatever was typed, it can be stored. */
export function nameKeyOf(name: string): string {
  return shortStorable(name).normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** A name that can be shown anywhere. Throws MC_USAGE. */
export function checkName(given: string): string {
  const name = given.normalize('NFC').trim().replace(/ +/g, ' ');
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,64}$/u.test(name)) return name;
  throw new MinchatError('MC_USAGE', `expected a name of 1 to 64 letters, digits, signs or spaces, found ${name.length} characters, some of them others perhaps`);
}

export function asRole(role: string): (typeof roles)[number] {
  const found = roles.find((one) => one === role);
  if (found === undefined) throw new MinchatError('MC_USAGE', `expected a role (${roles.join(', ')}), found "${role}"`);
  return found;
}
