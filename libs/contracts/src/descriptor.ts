/** The wire types that proto/ uses. 64-bit numbers are plain numbers, up to 2^53 - 1. */
export type ScalarType = 'string' | 'bytes' | 'bool' | 'double' | 'uint32' | 'uint64';

export interface FieldDescriptor {
  readonly id: number;
  /** A ScalarType, or the name of a message or enum. */
  readonly type: string;
  readonly repeated?: true;
  /** The oneof that the field is a choice of. */
  readonly oneof?: string;
}

export interface Descriptor {
  readonly messages: Readonly<Record<string, Readonly<Record<string, FieldDescriptor>>>>;
  readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
