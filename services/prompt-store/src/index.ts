// Prompts, demonstrations and comparisons; dataset snapshots.
export type { Database } from './database.ts';
export { openDatabase } from './open-database.ts';
export { servePeople } from './people/serve.ts';
