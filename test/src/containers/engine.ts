import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

// The Docker engine, as the container tests need it.

export const root = fileURLToPath(new URL('../../..', import.meta.url));

// The images of testcontainers' own helper cannot be had everywhere; the tests clean up themselves.
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

const run = promisify(execFile);

/** Why the container tests cannot run here, or undefined when they can. */
export function whyNoContainers(): string | undefined {
  try {
    execFileSync('docker', ['version'], { stdio: 'ignore' });
  } catch {
    return 'no Docker engine answers (docker/start-engine.sh starts one on Debian)';
  }
  for (const image of ['node:24-bookworm-slim', 'nats:2', 'postgres:15']) {
    try {
      execFileSync('docker', ['image', 'inspect', image], { stdio: 'ignore' });
    } catch {
      try {
        execFileSync('docker', ['pull', image], { stdio: 'ignore' });
      } catch {
        return `the image ${image} is not here and cannot be pulled (docker/base-images.sh makes it)`;
      }
    }
  }
  return undefined;
}

/** How compose is called here: the engine's plugin, or the older program of its own that Debian 12 has. */
export function composeCommand(): readonly string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(([program = '', ...args]) => {
    try {
      execFileSync(program, [...args, 'version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** Builds the images of these services as a user would. */
export async function buildServices(...services: string[]): Promise<void> {
  await run(`${root}/docker/build.sh`, services, { env: { BUILD_NETWORK: 'host', ...process.env }, maxBuffer: 2 ** 26 });
}

/** Builds an image from a folder with a Dockerfile. */
export async function buildFolder(folder: string, tag: string): Promise<void> {
  await run('docker', ['build', '--quiet', '--tag', tag, folder], { maxBuffer: 2 ** 26 });
}
