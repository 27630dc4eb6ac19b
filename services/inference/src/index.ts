// Generates tokens and scores texts for everyone else.
export {};
