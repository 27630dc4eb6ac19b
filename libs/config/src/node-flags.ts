/**
 * How node is started for a service. V8 would let the space for new objects grow to several times this, over
 * tens of thousands of requests, without answering any faster (docs/serving.md).
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=8'];
