// Fused kernels for the wasm backend, in AssemblyScript. They work on the memory of tfjs's own module:
// all arguments are addresses in it. Threads call them for different parts of the same data, and every
// part's numbers are the same however many threads there are. Nothing here allocates, and there must be no static data (no strings,
// no static arrays): it would be written over tfjs's memory.
export { matmul, scratchBytes } from './matmul';
export { add, squaredSum, sumRows, zero } from './math';
export { layerNormBackward, layerNormForward } from './layer-norm';
export { rmsNormBackward, rmsNormForward } from './rms-norm';
export { rotary } from './rotary';
export { swigluBackward, swigluForward } from './swiglu';
export { geluBackward, geluForward } from './gelu';
export { attentionBackward, attentionForward, attentionWork, cacheWriteRow, decodeAttention } from './attention';
export { nllRows, nllRowsBackward } from './token-nll';
export { adamw } from './adamw';
export { embeddingBackward, embeddingForward } from './embedding';
