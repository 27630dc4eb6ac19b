/** A value as errors show it. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  // JSON has no NaN.
  return typeof value === 'number' ? String(value) : JSON.stringify(value).slice(0, 80);
}
