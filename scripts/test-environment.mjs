import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What may be set for a system of one's own (docs/configuration.md), but for what computes. */
const ours = /^(NATS|MINCHAT_(HOME|NATS)|ARTIFACT|HEALTH|LOG|OTEL|STAGE|JOB|CHECKPOINT|SHUTDOWN|WORKER|DATABASE|INFERENCE|GATEWAY|COLLECT)(_|$)/;

/**
 * Vitest's global setup. Tests start systems of their own: they must neither behave as somebody else's is told to,
 * nor write into its database or artifact store. What they leave in the system's temporary folder goes away with the run.
 */
export default function setup() {
  for (const name of Object.keys(process.env)) if (ours.test(name)) delete process.env[name];
  // Where both are set, and Nx sets the one, Node.js says so in every process.
  delete process.env['NO_COLOR'];
  delete process.env['FORCE_COLOR'];
  const folder = mkdtempSync(join(tmpdir(), 'minchat-tests-'));
  // PostgreSQL refuses to run as root, so its tests run it as somebody else, who must get through here.
  chmodSync(folder, 0o755);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
