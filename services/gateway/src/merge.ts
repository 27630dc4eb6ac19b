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
  // In the order in which they came. Promise.race over all sources would look at each of them for every value.
  const arrived: { source: number; next: Promise<IteratorResult<T>> }[] = [];
  let wake = (): void => undefined;
  const advance = (source: number): void => {
    const next = iterators[source]!.next();
    const arrive = (): void => {
      arrived.push({ source, next });
      wake();
    };
    next.then(arrive, arrive);
  };
  const open = new Set(iterators.keys());
  open.forEach(advance);
  try {
    while (open.size > 0) {
      const first = arrived.shift();
      if (first === undefined) {
        await new Promise<void>((resolve) => { wake = resolve; });
        continue;
      }
      const { source, next } = first;
      const { done, value } = await next;
      if (done === true) {
        open.delete(source);
      } else {
        advance(source);
        yield { source, value };
      }
    }
  } finally {
    over.abort();
    await Promise.allSettled(Array.from(open, async (source) => iterators[source]!.return?.()));
  }
}
