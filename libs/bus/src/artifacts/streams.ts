import { Transform } from 'node:stream';

/** Passes bytes on and counts them. */
export function counted(onBytes: ((count: number) => void) | undefined): Transform {
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      onBytes?.(chunk.length);
      done(null, chunk);
    },
  });
}
