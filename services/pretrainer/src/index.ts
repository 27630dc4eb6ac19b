// Trains tokenizer and base model on raw text.
export {};
