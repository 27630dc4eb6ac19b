import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Vitest's global setup: what tests leave in the system's temporary folder goes away with the run. */
export default function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'minchat-tests-'));
  // PostgreSQL refuses to run as root, so its tests run it as somebody else, who must get through here.
  chmodSync(folder, 0o755);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
