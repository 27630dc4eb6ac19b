// GPT, value and reward heads, generation, losses, AdamW.
export {};
