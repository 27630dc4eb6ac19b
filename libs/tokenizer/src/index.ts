// Tokenizers of BPE, and chat templates.
export { bytesOfToken, charOfByte } from './byte-table.ts';
export { chatTokens, defaultChatTemplate, type ChatTurn } from './chat-template.ts';
export { type StreamDecoder } from './decode.ts';
export { loadTokenizer, saveTokenizer } from './files.ts';
export { ggufTokenizer } from './gguf.ts';
export { gpt2Pipeline, type Pipeline } from './pipeline.ts';
export { Tokenizer } from './tokenizer.ts';
export { trainTokenizer, type TrainTokenizerOptions } from './train.ts';
export { type AddedToken, type TokenizerParts } from './vocabulary.ts';
