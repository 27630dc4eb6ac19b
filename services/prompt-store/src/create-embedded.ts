import { rename, rm } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';

// `node create-embedded.ts FOLDER` makes an empty database in FOLDER (see embedded.ts).
const folder = process.argv[2];
if (folder === undefined) throw new Error('expected the folder of the database');
const draft = `${folder}.${process.pid}`;
const client = await PGlite.create(draft);
await client.close();
try {
  await rename(draft, folder);
} finally {
  await rm(draft, { recursive: true, force: true });
}
