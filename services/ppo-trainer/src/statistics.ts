/** 0 for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Seconds since a reading of performance.now(). */
export function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
