let processor = false;

/** From here on `seconds` counts the processor time of this process, not time on the wall. */
export function countProcessorTime(): void {
  processor = true;
}

/** Seconds since some beginning. */
export function seconds(): number {
  if (!processor) return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
