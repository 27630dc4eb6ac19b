// Byte-level BPE and the chat template.
export { bytesOfToken, charOfByte } from './byte-table.ts';
export { chatTokens, defaultChatTemplate, type ChatTurn } from './chat-template.ts';
export { loadTokenizer, saveTokenizer } from './files.ts';
export { gpt2Pipeline, type Pipeline } from './pipeline.ts';
export { Tokenizer, type StreamDecoder } from './tokenizer.ts';
export { trainTokenizer, type TrainTokenizerOptions } from './train.ts';
export { type AddedToken, type TokenizerParts } from './vocabulary.ts';
