// Fine-tunes the base model on demonstrations.
export {};
