import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BufferPool } from './buffer-pool.ts';

function counted(): { pool: BufferPool; allocations: () => number } {
  let count = 0;
  const pool = new BufferPool((bytes) => {
    count++;
    return new ArrayBuffer(bytes);
  });
  return { pool, allocations: () => count };
}

test('a buffer holds what was asked for, wastes little, and is nobody else’s', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 20 }), { maxLength: 60 }), (sizes) => {
      const { pool } = counted();
      const held = new Set<ArrayBuffer>();
      for (const [index, bytes] of sizes.entries()) {
        const buffer = pool.take(bytes);
        expect(buffer.byteLength).toBeGreaterThanOrEqual(bytes);
        expect(buffer.byteLength).toBeLessThanOrEqual(bytes + Math.max(64, bytes / 16));
        expect(pool.owns(buffer)).toBe(true);
        expect(held.has(buffer)).toBe(false);
        held.add(buffer);
        if (index % 3 === 2) {
          const [oldest] = held;
          if (oldest === undefined) continue;
          held.delete(oldest);
          pool.give(oldest);
        }
      }
    }),
    { seed: 1 },
  );
});

test('a step that repeats allocates once, however large it is', () => {
  const { pool, allocations } = counted();
  const step = (): void => [20, 20, 30, 7, 1].map((megabytes) => pool.take(megabytes * 2 ** 20)).forEach((buffer) => pool.give(buffer));
  step();
  const first = allocations();
  for (let repeat = 0; repeat < 20; repeat++) step();
  expect(allocations()).toBe(first);
});

test('what shapes of the past left behind is let go', () => {
  const { pool } = counted();
  for (let megabytes = 1; megabytes <= 200; megabytes++) pool.give(pool.take(megabytes * 2 ** 20));
  // At once at most 200 MiB were in use.
  expect(pool.idle).toBeLessThanOrEqual(1.5 * 200 * 2 ** 20 + 2 ** 26);
  for (let take = 0; take < 3 * 2 ** 13; take++) pool.give(pool.take(1000));
  expect(pool.idle).toBeLessThan(2 ** 21);
});
