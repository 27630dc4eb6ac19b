// Fused kernels for the wasm backend, in AssemblyScript. They work on the memory of tfjs's own module:
// all arguments are addresses in it. Nothing here allocates, and there must be no static data (no strings,
// no static arrays): it would be written over tfjs's memory.
export { matmul, scratchBytes } from './matmul';
export { add, scaleInPlace, squaredSum, sumRows, zero } from './math';
export { layerNormBackward, layerNormForward } from './layer-norm';
export { geluBackward, geluForward } from './gelu';
export { attentionBackward, attentionForward, attentionWork, cacheWriteRow, decodeAttentionRow } from './attention';
export { nllRow, nllRowBackward } from './token-nll';
export { adamw } from './adamw';
export { embeddingBackward, embeddingForward } from './embedding';
