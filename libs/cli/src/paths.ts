import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** MINCHAT_HOME, absolute: everything local. A relative one is taken from where npm was called. */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['MINCHAT_HOME'];
  return given ? resolve(callersFolder(env), given) : join(root, '.minchat');
}

/** The folder that the user is in: npm scripts run in the repository's root whatever it is. */
export function callersFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env['INIT_CWD'] ?? process.cwd();
}

/** A path as the user wrote it, absolute. */
export function userPath(path: string): string {
  return resolve(callersFolder(), path);
}
