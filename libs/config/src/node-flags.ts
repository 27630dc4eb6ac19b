/**
 * How node is started for a service. V8 would let the space for new objects grow to several times this, and
 * would leave old ones lying until there are four times as many as at its last look, without answering any
 * faster: memory would go on growing for tens of thousands of requests (docs/serving.md).
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=8', '--initial-old-space-size=32', '--heap-growing-percent=50'];
