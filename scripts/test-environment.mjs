import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What may be set for a system of one's own (docs/configuration.md), but for what computes. */
const ours = /^(NATS|MINCHAT_(HOME|NATS)|ARTIFACT|HEALTH|LOG|OTEL|STAGE|JOB|CHECKPOINT|SHUTDOWN|WORKER|DATABASE|INFERENCE|GATEWAY|COLLECT)(_|$)/;

const prefix = 'minchat-tests-';

/** Removes what runs left that were killed. */
function removeLeft() {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    try {
      if (pid > 0) process.kill(pid, 0);
    } catch (error) {
      if (error.code === 'ESRCH') rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/**
 * Vitest's global setup. Tests start systems of their own: they must neither behave as somebody else's is told to,
 * nor write into its database or artifact store. What they leave in the system's temporary folder goes away with the run.
 */
export default function setup() {
  for (const name of Object.keys(process.env)) if (ours.test(name)) delete process.env[name];
  // Where both are set, and Nx sets the one, Node.js says so in every process.
  delete process.env['NO_COLOR'];
  delete process.env['FORCE_COLOR'];
  removeLeft();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // PostgreSQL refuses to run as root, so its tests run it as somebody else, who must get through here.
  chmodSync(folder, 0o755);
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
