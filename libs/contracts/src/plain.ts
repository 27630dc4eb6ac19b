import { MinchatError } from '@minchat/errors';
import type { FieldDescriptor } from './descriptor.ts';
import { descriptor } from './generated/descriptor.ts';
import { rules } from './rules.ts';

type Plain = Record<string, unknown>;

const maxDepth = 20;

function invalid(field: string, expected: string, found: unknown): MinchatError {
  const shown = found instanceof Uint8Array ? `${found.length} bytes` : (JSON.stringify(found) ?? 'nothing');
  return new MinchatError('MC_MESSAGE_INVALID', `${field}: expected ${expected}, found ${shown.slice(0, 80)}`);
}

/**
 * A plain object with every field of the message: defaults filled in, submessages that are not set
 * and unset choices of a oneof left out. Throws MC_MESSAGE_INVALID for a value of the wrong type, an
 * unknown key, or one that breaks a rule (rules.ts). `source` is what protobufjs decoded or what a
 * caller wrote.
 */
export function plain(message: string, source: object, depth = 0): Plain {
  const fields = descriptor.messages[message];
  if (fields === undefined || depth > maxDepth) throw invalid(message, 'a message of proto/minchat/v1', undefined);
  for (const key of Object.keys(source)) {
    if (fields[key] === undefined) throw new MinchatError('MC_MESSAGE_INVALID', `${message} has no field ${key}`);
  }
  const given = source as Readonly<Plain>;
  const out: Plain = {};
  const chosen: Plain = {};
  for (const [name, field] of Object.entries(fields)) {
    const label = `${message}.${name}`;
    // Only what the object itself holds: a class's prototype holds the defaults.
    const value = Object.hasOwn(given, name) ? (given[name] ?? undefined) : undefined;
    if (field.oneof !== undefined && value !== undefined) {
      if (chosen[field.oneof] !== undefined) throw invalid(`${message}.${field.oneof}`, 'one choice', [chosen[field.oneof], name]);
      chosen[field.oneof] = name;
    }
    const result = fieldValue(label, field, value, depth);
    const rule = rules[label];
    if (rule && !rule.test(result)) throw invalid(label, rule.expected, result);
    if (result !== undefined) out[name] = result;
  }
  for (const oneof of new Set(Object.values(fields).flatMap((field) => field.oneof ?? []))) {
    const rule = rules[`${message}.${oneof}`];
    if (rule && !rule.test(chosen[oneof])) throw invalid(`${message}.${oneof}`, 'one of its fields to be set', undefined);
  }
  return out;
}

function fieldValue(label: string, field: FieldDescriptor, value: unknown, depth: number): unknown {
  if (field.repeated) {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw invalid(label, 'a list', value);
    return value.map((item: unknown, index) => single(`${label}[${index}]`, field.type, item, depth));
  }
  if (value === undefined) return field.oneof === undefined ? defaultOf(label, field.type) : undefined;
  return single(label, field.type, value, depth);
}

function defaultOf(label: string, type: string): unknown {
  switch (type) {
    case 'string':
      return '';
    case 'bytes':
      return new Uint8Array();
    case 'bool':
      return false;
    case 'double':
    case 'uint32':
    case 'uint64':
      return 0;
    default:
      if (descriptor.enums[type] !== undefined) throw invalid(label, `a value of ${type}`, 0);
      return undefined;
  }
}

function single(label: string, type: string, value: unknown, depth: number): unknown {
  switch (type) {
    case 'string':
      if (typeof value !== 'string' || !value.isWellFormed()) throw invalid(label, 'a well-formed text', value);
      return value;
    case 'bytes':
      if (!(value instanceof Uint8Array)) throw invalid(label, 'bytes', value);
      // A copy with a plain prototype: protobufjs gives views of the whole packet.
      return Uint8Array.from(value);
    case 'bool':
      if (typeof value !== 'boolean') throw invalid(label, 'true or false', value);
      return value;
    case 'double':
      if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(label, 'a finite number', String(value));
      return value;
    case 'uint32':
      return whole(label, value, 0xffff_ffff);
    case 'uint64':
      return whole(label, value, Number.MAX_SAFE_INTEGER);
    default: {
      const values = descriptor.enums[type];
      if (values !== undefined) {
        if (value === 0 || !Object.values(values).includes(value as number)) throw invalid(label, `a value of ${type}`, value);
        return value;
      }
      if (typeof value !== 'object' || value === null) throw invalid(label, `a ${type}`, value);
      return plain(type, value, depth + 1);
    }
  }
}

function whole(label: string, value: unknown, max: number): number {
  // protobufjs gives 64-bit numbers as Long objects.
  const number = isLong(value) ? value.toNumber() : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max) {
    throw invalid(label, `a whole number from 0 to ${max}`, String(value));
  }
  return number;
}

function isLong(value: unknown): value is { toNumber(): number } {
  return typeof value === 'object' && value !== null && 'toNumber' in value && typeof value.toNumber === 'function';
}
