import { MinchatError } from '@minchat/errors';
import type { FieldDescriptor } from './descriptor.ts';
import { descriptor } from './generated/descriptor.ts';
import { rules, type Rule } from './rules.ts';

type Plain = Record<string, unknown>;

const maxDepth = 20;
const most32 = 0xffff_ffff;

function invalid(field: string, expected: string, found: unknown): MinchatError {
  const shown = found instanceof Uint8Array ? `${found.length} bytes` : (JSON.stringify(found) ?? 'nothing');
  return new MinchatError('MC_MESSAGE_INVALID', `${field}: expected ${expected}, found ${shown.slice(0, 80)}`);
}

/** What is asked of a message, made once: it is asked of every message that comes and goes. */
interface Shape {
  readonly fields: readonly { readonly name: string; readonly label: string; readonly field: FieldDescriptor; readonly rule: Rule | undefined }[];
  readonly names: ReadonlySet<string>;
  /** The oneofs that have a rule. */
  readonly choices: readonly { readonly oneof: string; readonly label: string; readonly rule: Rule }[];
}

const shapes = new Map<string, Shape>();

function shapeOf(message: string): Shape {
  const known = shapes.get(message);
  if (known !== undefined) return known;
  const described = descriptor.messages[message];
  if (described === undefined) throw invalid(message, 'a message of proto/minchat/v1', undefined);
  const labelled = (name: string) => ({ label: `${message}.${name}`, rule: rules[`${message}.${name}`] });
  const fields = Object.entries(described).map(([name, field]) => ({ name, field, ...labelled(name) }));
  const oneofs = new Set(fields.flatMap(({ field }) => field.oneof ?? []));
  const choices = Array.from(oneofs, (oneof) => ({ oneof, ...labelled(oneof) })).flatMap(({ oneof, label, rule }) => (rule === undefined ? [] : [{ oneof, label, rule }]));
  const shape = { fields, names: new Set(Object.keys(described)), choices };
  shapes.set(message, shape);
  return shape;
}

/**
 * A plain object with every field of the message: defaults filled in, submessages that are not set
 * and unset choices of a oneof left out. Throws MC_MESSAGE_INVALID for a value of the wrong type, an
 * unknown key, or one that breaks a rule (rules.ts). `source` is what protobufjs decoded or what a
 * caller wrote.
 */
export function plain(message: string, source: object, depth = 0): Plain {
  if (depth > maxDepth) throw invalid(message, `messages in at most ${maxDepth} others`, undefined);
  const { fields, names, choices } = shapeOf(message);
  for (const key of Object.keys(source)) {
    if (!names.has(key)) throw new MinchatError('MC_MESSAGE_INVALID', `${message} has no field ${key}`);
  }
  const given = source as Readonly<Plain>;
  const out: Plain = {};
  const chosen: Plain = {};
  for (const { name, label, field, rule } of fields) {
    // Only what the object itself holds: a class's prototype holds the defaults.
    const value = Object.hasOwn(given, name) ? (given[name] ?? undefined) : undefined;
    if (field.oneof !== undefined && value !== undefined) {
      if (chosen[field.oneof] !== undefined) throw invalid(`${message}.${field.oneof}`, 'one choice', [chosen[field.oneof], name]);
      chosen[field.oneof] = name;
    }
    const result = fieldValue(label, field, value, depth);
    if (rule && !rule.test(result)) throw invalid(label, rule.expected, result);
    if (result !== undefined) out[name] = result;
  }
  for (const { oneof, label, rule } of choices) {
    if (!rule.test(chosen[oneof])) throw invalid(label, 'one of its fields to be set', undefined);
  }
  return out;
}

function fieldValue(label: string, field: FieldDescriptor, value: unknown, depth: number): unknown {
  if (field.repeated) {
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw invalid(label, 'a list', value);
    return value.map((item: unknown, index) => {
      // The commonest long lists; a label for each of their numbers would cost more than all the rest.
      if (field.type === 'uint32' && isWhole(item, most32)) return item;
      if (field.type === 'double' && typeof item === 'number' && Number.isFinite(item)) return item;
      return single(`${label}[${index}]`, field.type, item, depth);
    });
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
      return whole(label, value, most32);
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
  if (!isWhole(number, max)) {
    throw invalid(label, `a whole number from 0 to ${max}`, String(value));
  }
  return number;
}

function isWhole(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

function isLong(value: unknown): value is { toNumber(): number } {
  return typeof value === 'object' && value !== null && 'toNumber' in value && typeof value.toNumber === 'function';
}
