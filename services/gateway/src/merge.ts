/**
 * The values of several sources as they come, each with the number of its source. Leaving the loop
 * ends every source; an error of one ends all. Each is given a signal that tells so: while it waits for its
 * next value there is no other way to reach it.
 */
export async function* merge<T>(sources: readonly ((signal: AbortSignal) => AsyncIterable<T>)[], signal: AbortSignal): AsyncGenerator<{ source: number; value: T }, void, undefined> {
  if (sources.length === 1) {
    for await (const value of sources[0]!(signal)) yield { source: 0, value };
    return;
  }
  const over = new AbortController();
  const ending = AbortSignal.any([signal, over.signal]);
  const iterators = sources.map((source) => source(ending)[Symbol.asyncIterator]());
  const advance = async (source: number): Promise<{ source: number; result: IteratorResult<T> }> => ({ source, result: await iterators[source]!.next() });
  const pending = new Map(iterators.map((_, source) => [source, advance(source)]));
  try {
    while (pending.size > 0) {
      const { source, result } = await Promise.race(pending.values());
      if (result.done === true) {
        pending.delete(source);
      } else {
        pending.set(source, advance(source));
        yield { source, value: result.value };
      }
    }
  } finally {
    over.abort();
    for (const waiting of pending.values()) void waiting.catch(() => undefined);
    await Promise.allSettled(Array.from(pending.keys(), async (source) => iterators[source]!.return?.()));
  }
}
