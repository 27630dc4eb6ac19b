import { MinchatError } from '@minchat/errors';

// What every config.json is checked with.

type Config = Readonly<Record<string, unknown>>;

/** Throws MC_MODEL_INVALID unless a key holds a whole number of that range. */
export function wholeNumber(config: Config, key: string, least: number, most: number): void {
  const value = config[key];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${key} to be a whole number from ${least} to ${most}`, describe(value));
  }
}

/** Throws MC_MODEL_INVALID unless a key holds a number between 0 and 1. */
export function fraction(config: Config, key: string): void {
  const value = config[key];
  if (typeof value !== 'number' || !(value > 0 && value < 1)) throw invalid(`${key} between 0 and 1`, describe(value));
}

/** Throws MC_MODEL_INVALID where a key that may be left out holds another value than those. */
export function oneOf(config: Config, key: string, ...values: readonly unknown[]): void {
  const value = config[key];
  if (value !== undefined && !values.includes(value)) throw invalid(`${key} ${values.map((one) => JSON.stringify(one)).join(' or ')}`, describe(value));
}

export function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value).slice(0, 80);
}

export function invalid(expected: string, found: string): MinchatError {
  return new MinchatError('MC_MODEL_INVALID', `config.json: expected ${expected}, found ${found}`);
}
