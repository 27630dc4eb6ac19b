import type { Random } from '@minchat/model/random';

/** One of the items, all equally likely. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[random.int(items.length)];
  if (item === undefined) throw new RangeError('expected something to pick from, found nothing');
  return item;
}

/** One of the items, in proportion to its weight. */
export function pickWeighted<T>(random: Random, items: Iterable<readonly [T, number]>): T {
  const list = [...items];
  let at = random.next() * list.reduce((total, [, weight]) => total + weight, 0);
  for (const [item, weight] of list) {
    at -= weight;
    if (at < 0) return item;
  }
  return pick(random, list)[0];
}
