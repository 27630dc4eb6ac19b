import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyRing } from './keys.ts';

const key = 'a-key-long-enough';

describe('keys', () => {
  it('lets in keys and hashed keys, by name', () => {
    const hash = createHash('sha256').update('another-long-key').digest('hex');
    const ring = new KeyRing(`alice=${key}, bob=sha256:${hash}, just-a-key-without-name`);
    expect(ring.nameOf(`Bearer ${key}`)).toBe('alice');
    expect(ring.nameOf('bearer another-long-key')).toBe('bob');
    expect(ring.nameOf('Bearer just-a-key-without-name')).toBe('key3');
    for (const wrong of [undefined, '', key, `Basic ${key}`, `Bearer ${key}x`, `Bearer sha256:${hash}`, `Bearer ${'x'.repeat(10_000)}`]) expect(ring.nameOf(wrong)).toBeUndefined();
  });
  it('does not take short keys or a name twice, and does not tell the key', () => {
    expect(() => new KeyRing('a=short')).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID', message: expect.not.stringContaining('short') as string }));
    expect(() => new KeyRing(`a=${key},a=${key}2`)).toThrow(/name/);
  });
  it('takes a hash however its digits are written, and no part of a key for a name', () => {
    const hash = createHash('sha256').update(key).digest('hex').toUpperCase();
    expect(new KeyRing(`a=sha256:${hash}`).nameOf(`Bearer ${key}`)).toBe('a');
    expect(() => new KeyRing(`a=sha256:${hash}0`)).toThrow(expect.objectContaining({ code: 'MC_CONFIG_INVALID', message: expect.not.stringContaining(hash) as string }));
    const base64 = 'Zm9vYmFyYmF6cXV4MTIzNA==';
    expect(new KeyRing(base64).nameOf(`Bearer ${base64}`)).toBe('key1');
    expect(new KeyRing(`b=${base64}`).nameOf(`Bearer ${base64}`)).toBe('b');
  });
});
