import type { Reader } from 'protobufjs/minimal.js';

/** A message of proto/: its name and the generated code that reads and writes it. */
export interface MessageType<T> {
  readonly name: string;
  readonly codec: {
    encode(message: object): { finish(): Uint8Array };
    decode(reader: Reader): object;
  };
  /** Never set; carries the type of the plain object. */
  readonly message?: T;
}

/** What `create` and `encode` take: fields left out have their default. */
export type Init<T> = { readonly [K in keyof T]?: InitValue<T[K]> | undefined };

type InitValue<V> = V extends Uint8Array | string | number | boolean | undefined
  ? V
  : V extends readonly (infer E)[]
    ? readonly InitValue<E>[]
    : V extends object
      ? Init<V> | undefined
      : V;
