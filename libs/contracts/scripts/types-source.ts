// The declarations that people work with: one plain interface and one codec per message.
import type { FieldDescriptor } from '../src/descriptor.ts';
import type { Description } from './reflect.ts';

/** A message called Error would hide the global one. */
export function typeName(message: string): string {
  return message === 'Error' ? 'WireError' : message;
}

const plain: Record<string, string> = {
  string: 'string',
  bytes: 'Uint8Array',
  bool: 'boolean',
  double: 'number',
  uint32: 'number',
  uint64: 'number',
};

function typeOf(field: FieldDescriptor): string {
  const one = plain[field.type] ?? typeName(field.type);
  return field.repeated ? `${one}[]` : one;
}

function comment(text: string | undefined, indent: string): string[] {
  if (text === undefined) return [];
  const lines = text.split('\n');
  if (lines.length === 1) return [`${indent}/** ${lines[0]} */`];
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}

/** The text of src/generated/types.ts. */
export function typesSource({ descriptor, comments }: Description): string {
  const out = [
    '// Generated from proto/ by libs/contracts/scripts/generate.ts. Do not edit.',
    "import { type MessageType } from '../message-type.ts';",
    "import { minchat } from './minchat.js';",
    '',
  ];
  for (const [name, values] of Object.entries(descriptor.enums)) {
    out.push(...comment(comments[name], ''), `export const ${name} = {`);
    for (const [value, number] of Object.entries(values)) {
      out.push(...comment(comments[`${name}.${value}`], '  '), `  ${value}: ${number},`);
    }
    out.push('} as const;', `export type ${name} = (typeof ${name})[keyof typeof ${name}];`, '');
  }
  for (const [name, fields] of Object.entries(descriptor.messages)) {
    out.push(...comment(comments[name], ''), `export interface ${typeName(name)} {`);
    for (const [field, value] of Object.entries(fields)) {
      const isMessage = descriptor.messages[value.type] !== undefined;
      const optional = (isMessage && !value.repeated) || value.oneof !== undefined;
      out.push(...comment(comments[`${name}.${field}`], '  '));
      out.push(`  ${field}${optional ? '?' : ''}: ${typeOf(value)}${optional ? ' | undefined' : ''};`);
    }
    out.push('}', `export const ${typeName(name)}: MessageType<${typeName(name)}> = { name: '${name}', codec: minchat.v1.${name} };`, '');
  }
  const names = Object.keys(descriptor.messages);
  out.push('/** Every message, by its name in proto/. */', `export const messageTypes = { ${names.map((n) => (typeName(n) === n ? n : `${n}: ${typeName(n)}`)).join(', ')} } as const;`, '');
  return out.join('\n');
}
