// Messages for the tests of this and other packages: examples of runs, and arbitrary valid ones.
import fc from 'fast-check';
import type { FieldDescriptor } from './descriptor.ts';
import { descriptor } from './generated/descriptor.ts';
import type { MessageType } from './message-type.ts';

export { exampleRun, exampleStage } from './runs.testing.ts';

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[a-z0-9_-]{1,20}$/);
const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value));
const text = fc.string({ unit: 'binary', maxLength: 40 });

const special: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'ArtifactRef.digest': hex.map((digits) => `sha256:${digits}`),
  'ManifestFile.sha256': hex,
  'ManifestFile.path': fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  'Error.code': fc.constantFrom('MC_INTERNAL', 'MC_STAGE_FAILED'),
  'Message.role': fc.constantFrom('system', 'user', 'assistant'),
  'ListRecordsRequest.type': fc.constantFrom('prompts', 'demonstrations', 'comparisons', 'texts'),
  'LeaseTaskRequest.kind': fc.constantFrom('rank', 'write'),
  'ExportRecordsRequest.type': fc.constantFrom('prompts', 'demonstrations', 'comparisons', 'texts'),
  'ExportRecordsRequest.format': fc.constantFrom('', 'parquet'),
  'ForgetUserRequest.labels': fc.constantFrom('anonymise', 'delete'),
  'CheckSessionRequest.tokenHash': hex,
  'CheckKeyRequest.keyHash': hex,
  'AuditEntry.action': name,
};

const personRoles = /^(Account|Invitation|InviteRequest|ChangeAccountRequest)\.role$/;

function scalar(label: string, type: string): fc.Arbitrary<unknown> {
  const known = special[label];
  if (known) return known;
  switch (type) {
    case 'string':
      if (personRoles.test(label)) return fc.constantFrom('admin', 'labeler', 'viewer');
      if (label.endsWith('Json')) return object;
      // Names pass every rule that is not about JSON; free text stands where there is no rule.
      return /(Id|name|kind|stage|fromStage|forkedFrom|format|collection|status|scope)$/i.test(label) ? name : text;
    case 'bytes':
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => Uint8Array.from(bytes));
    case 'bool':
      return fc.boolean();
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    case 'uint64':
      return fc.maxSafeNat();
    default: {
      const values = descriptor.enums[type];
      return values ? fc.constantFrom(...Object.values(values).filter((value) => value !== 0)) : arbitraryFields(type);
    }
  }
}

function arbitraryFields(message: string): fc.Arbitrary<object> {
  const fields = Object.entries(descriptor.messages[message] ?? {});
  const always = fields.filter(([, field]) => field.oneof === undefined);
  const parts: fc.Arbitrary<object>[] = [fc.record(Object.fromEntries(always.map(([key, field]) => [key, value(message, key, field)])))];
  for (const oneof of new Set(fields.flatMap(([, field]) => field.oneof ?? []))) {
    const choices = fields.filter(([, field]) => field.oneof === oneof);
    parts.push(fc.oneof(...choices.map(([key, field]) => value(message, key, field).map((chosen) => ({ [key]: chosen })))));
  }
  return fc.tuple(...parts).map((objects) => Object.assign({}, ...objects) as object);
}

function value(message: string, key: string, field: FieldDescriptor): fc.Arbitrary<unknown> {
  const one = scalar(`${message}.${key}`, field.type);
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

/** Any valid message of a type. */
export function arbitraryMessage<T>(type: MessageType<T>): fc.Arbitrary<T> {
  return arbitraryFields(type.name) as fc.Arbitrary<T>;
}
