// Prompts, demonstrations and comparisons; dataset snapshots.
export {};
