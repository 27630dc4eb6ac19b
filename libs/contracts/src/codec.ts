import protobuf from 'protobufjs/minimal.js';
import { MinchatError, errorCodes, toMinchatError, type ErrorCode } from '@minchat/errors';
import type { WireError } from './generated/types.ts';
import type { Init, MessageType } from './message-type.ts';
import { plain } from './plain.ts';

/** What fits in a message of a NATS server with default settings, headers included. */
export const defaultMaxBytes = 1_000_000;

/** A complete, valid message: defaults filled in. Throws MC_MESSAGE_INVALID. */
export function create<T>(type: MessageType<T>, init: Init<T>): T {
  return plain(type.name, init) as T;
}

/** Validates and encodes. Throws MC_MESSAGE_INVALID or MC_MESSAGE_TOO_LARGE. */
export function encode<T>(type: MessageType<T>, init: Init<T>, { maxBytes = defaultMaxBytes } = {}): Uint8Array {
  const bytes = type.codec.encode(plain(type.name, init)).finish();
  if (bytes.length > maxBytes) throw tooLarge(type.name, bytes.length, maxBytes);
  return bytes;
}

/**
 * Decodes and validates (rules.ts) a message from outside. Fields that this version does not know
 * are dropped; with `strict` they are refused (MC_VERSION_MISMATCH): who asks for something means all of it.
 * Throws MC_MESSAGE_INVALID or MC_MESSAGE_TOO_LARGE.
 */
export function decode<T>(type: MessageType<T>, bytes: Uint8Array, { maxBytes = defaultMaxBytes, strict = false } = {}): T {
  if (bytes.length > maxBytes) throw tooLarge(type.name, bytes.length, maxBytes);
  let message: object;
  try {
    const reader = protobuf.Reader.create(bytes);
    reader.discardUnknown = !strict;
    message = type.codec.decode(reader);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MinchatError('MC_MESSAGE_INVALID', `expected a ${type.name}, found bytes that are none: ${reason}`, { cause });
  }
  if (strict && hasUnknown(message)) throw new MinchatError('MC_VERSION_MISMATCH', `${type.name}: expected fields that this version knows, found others`);
  return plain(type.name, message) as T;
}

/** Whether a message that protobufjs decoded, or one in it, had fields of a newer version. */
function hasUnknown(message: { readonly $unknowns?: readonly Uint8Array[] }): boolean {
  if ((message.$unknowns ?? []).length > 0) return true;
  return Object.values(message).flat().some((value) => typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && hasUnknown(value));
}

function tooLarge(name: string, found: number, maxBytes: number): MinchatError {
  return new MinchatError('MC_MESSAGE_TOO_LARGE', `${name}: expected at most ${maxBytes} bytes, found ${found}`);
}

/** An error as it travels. */
export function errorToWire(thrown: unknown): WireError {
  const error = toMinchatError(thrown);
  return { code: error.code, message: error.message.toWellFormed(), hint: error.hint.toWellFormed(), retryable: error.retryable };
}

/** The error that came over the bus, with the same code; a code this version lacks is MC_INTERNAL. */
export function errorFromWire(wire: WireError): MinchatError {
  if (!Object.hasOwn(errorCodes, wire.code)) {
    return new MinchatError('MC_INTERNAL', `${wire.code}: ${wire.message}`, { hint: wire.hint });
  }
  return new MinchatError(wire.code as ErrorCode, wire.message, { hint: wire.hint });
}

