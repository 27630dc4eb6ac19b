// A process of its own that imports a file, for tests to kill: node testing-import.ts FOLDER FILE [URL]
import { importFile } from './imports/run-import.ts';
import { openDatabase } from './open-database.ts';
import { testLog } from './testing.ts';

const [folder = '', path = '', url = ''] = process.argv.slice(2);
const database = await openDatabase({ folder, url: url === '' ? undefined : url, log: testLog });
for await (const status of importFile(database, { path, format: 'jsonl', collection: 'killed', strict: true })) {
  process.stdout.write(`${status.bytes}\n`);
}
await database.close();
