// Reads proto/ by reflection: the descriptor that encode and decode work from, the comments, and
// the lock (message -> field -> number and type) that the compatibility check compares.
import protobuf from 'protobufjs';
import type { FieldDescriptor } from '../src/descriptor.ts';

export interface MutableDescriptor {
  messages: Record<string, Record<string, FieldDescriptor>>;
  enums: Record<string, Record<string, number>>;
}

/** Message or enum -> name of a field or value -> its number and type. */
export type Lock = Record<string, Record<string, string>>;

export interface Description {
  descriptor: MutableDescriptor;
  /** By "Message", "Message.field", "Enum" and "Enum.VALUE". */
  comments: Record<string, string>;
  lock: Lock;
}

const scalars = new Set(['string', 'bytes', 'bool', 'double', 'uint32', 'uint64']);

/** Loads the given files of the package minchat.v1; imports are looked up in `folder`. */
export function describe(folder: string, files: readonly string[]): Description {
  const root = new protobuf.Root();
  root.resolvePath = (origin, target) => (origin === '' ? target : `${folder}/${target}`);
  // One after the other: read at once they come in any order, and so would what is generated.
  root.loadSync([...files], { alternateCommentMode: true });
  root.resolveAll();
  const result: Description = { descriptor: { messages: {}, enums: {} }, comments: {}, lock: {} };
  const space = root.lookup('minchat.v1');
  if (!(space instanceof protobuf.Namespace)) throw new Error('proto/ has no package minchat.v1');
  for (const item of space.nestedArray) {
    if (item.comment) result.comments[item.name] = item.comment;
    if (item instanceof protobuf.Type) addMessage(item, result);
    else if (item instanceof protobuf.Enum) addEnum(item, result);
  }
  return result;
}

function addMessage(type: protobuf.Type, { descriptor, comments, lock }: Description): void {
  const fields: Record<string, FieldDescriptor> = {};
  const locked: Record<string, string> = {};
  for (const field of type.fieldsArray) {
    field.resolve();
    const name = `${type.name}.${field.name}`;
    if (field.map || (field.resolvedType === null && !scalars.has(field.type))) {
      throw new Error(`${name}: ${field.type} is a type that libs/contracts does not handle`);
    }
    fields[field.name] = {
      id: field.id,
      type: field.resolvedType?.name ?? field.type,
      ...(field.repeated ? { repeated: true } : {}),
      ...(field.partOf ? { oneof: field.partOf.name } : {}),
    };
    locked[field.name] = `${field.id} ${field.repeated ? 'repeated ' : ''}${field.resolvedType?.name ?? field.type}`;
    if (field.comment) comments[name] = field.comment;
  }
  descriptor.messages[type.name] = fields;
  lock[type.name] = locked;
}

function addEnum(item: protobuf.Enum, { descriptor, comments, lock }: Description): void {
  descriptor.enums[item.name] = { ...item.values };
  lock[item.name] = Object.fromEntries(Object.entries(item.values).map(([name, value]) => [name, String(value)]));
  for (const [name, comment] of Object.entries(item.comments)) if (comment) comments[`${item.name}.${name}`] = comment;
}

/** What `next` takes away from `committed`: each line names a removed, renumbered or retyped field. */
export function incompatibilities(committed: Lock, next: Lock): string[] {
  const problems: string[] = [];
  for (const [type, fields] of Object.entries(committed)) {
    const now = next[type];
    if (now === undefined) {
      problems.push(`${type} was removed`);
      continue;
    }
    for (const [field, was] of Object.entries(fields)) {
      const is = now[field];
      if (is === undefined) problems.push(`${type}.${field} (${was}) was removed`);
      else if (is !== was) problems.push(`${type}.${field} was ${was}, now ${is}`);
    }
    for (const [field, is] of Object.entries(now)) {
      const number = is.split(' ')[0];
      const owner = Object.entries(fields).find(([name, was]) => name !== field && was.split(' ')[0] === number);
      if (owner !== undefined && fields[field] === undefined) problems.push(`${type}.${field} takes the number ${number} of ${owner[0]}`);
    }
  }
  return problems;
}
