// Real servers for tests: nats-server with JetStream in a temporary folder, on a random port; one of S3's protocol.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TestNats {
  readonly url: string;
  /** Where it stores; a test may damage what is there. */
  readonly storeFolder: string;
  /** Of the process that runs; undefined while none does. */
  readonly pid: number | undefined;
  /** Stops it with a signal (SIGKILL unless told) and starts it again on the same port and store. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it and leaves it so; `start` brings it back. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its store. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestNatsOptions {
  jetStream?: boolean;
  /** How much it may store. */
  maxStoreBytes?: number;
  /** More of its configuration. */
  config?: string;
}

/** A port of this machine that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Has a shell do something, `$1` and so on being `args`, when this process ends before what is returned was called: one that
 * is killed runs no handlers, and what it started would go on for good.
 */
export function whenKilled(script: string, ...args: readonly string[]): () => void {
  // In a group of its own: what ends this one's must not end it.
  const watcher = spawn('sh', ['-c', `read _; ${script}`, 'sh', ...args], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => void watcher.kill('SIGKILL');
}

/** Starts `nats-server` (from PATH) as a child process that dies with this one, its store with it. */
export async function startNatsServer({ jetStream = true, maxStoreBytes, config: more = '' }: TestNatsOptions = {}): Promise<TestNats> {
  const folder = await mkdtemp(join(tmpdir(), 'minchat-nats-'));
  const port = await freePort();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const limits = maxStoreBytes === undefined ? '' : `, max_file_store: ${maxStoreBytes}`;
    const config = join(folder, 'nats.conf');
    await writeFile(config, `${jetStream ? `jetstream { store_dir: "${folder}"${limits} }` : ''}\n${more}\n`);
    const server = spawn('nats-server', ['--addr', '127.0.0.1', '--port', String(port), '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = server;
    server.once('exit', whenKilled('kill -9 "$1"; rm -rf "$2"', String(server.pid), folder));
    const lines = createInterface({ input: server.stderr });
    await new Promise<void>((resolve, reject) => {
      const heard: string[] = [];
      lines.on('line', (line) => {
        if (heard.length < 50) heard.push(line);
        if (line.includes('Server is ready')) resolve();
      });
      server.once('error', reject);
      server.once('exit', (code) => reject(new Error(`nats-server ended with ${code}:\n${heard.join('\n')}`)));
    });
  }

  async function kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const server = child;
    child = undefined;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'exit');
  }

  async function stop(): Promise<void> {
    await kill();
    await rm(folder, { recursive: true, force: true });
  }

  await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    storeFolder: folder,
    get pid() {
      return child?.pid;
    },
    start,
    kill,
    stop,
    async restart(signal) {
      await kill(signal);
      await start();
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Three servers of one cluster; none is ready until two of them run. */
export async function startNatsCluster(): Promise<TestNats[]> {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const routes = ports.map((port) => `"nats://127.0.0.1:${port}"`).join(', ');
  return Promise.all(ports.map((port, index) => startNatsServer({ config: `server_name: n${index}\ncluster { name: test, listen: "127.0.0.1:${port}", routes: [${routes}] }` })));
}

/** A server of S3's protocol in this process, with the bucket `models` in a folder. */
export async function startS3(folder: string, port = 0): Promise<{ url: string; stop(): Promise<void> }> {
  // Loaded only where it is used.
  const { startFauxqs } = await import('fauxqs');
  const server = await startFauxqs({ port, host: '127.0.0.1', logger: false, s3StorageDir: folder, init: { buckets: ['models'] } });
  return { url: server.address, stop: () => server.stop() };
}
