// Prompts, demonstrations and comparisons; dataset snapshots.
export type { Database } from './database.ts';
export { openDatabase, type DatabaseOptions } from './open-database.ts';
export { importFile, type ImportOptions, type ImportStatus } from './imports/run-import.ts';
export { servePeople } from './people/serve.ts';
export { dataStage } from './stages/data.ts';
export { rankStage } from './stages/rank.ts';
