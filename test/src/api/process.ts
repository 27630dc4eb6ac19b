// Services as processes of their own, as the supervisor starts them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { whenKilled } from '@minchat/bus/testing';
import { nodeFlags } from '@minchat/config';

export interface ServiceProcess {
  readonly child: ChildProcess;
  /** The first line of its log that matches, already written or to come. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to stop; its exit code. */
  end(): Promise<number | null>;
}

/** Starts a service of the house; `flags` are those of node. */
export function startService(service: string, env: Record<string, string>, flags: readonly string[] = []): ServiceProcess {
  const main = fileURLToPath(new URL(`../../../services/${service}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, ...flags, main], { env: { ...process.env, HEALTH_PORT: '0', ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  child.once('exit', whenKilled('kill -9 "$1"', String(child.pid)));
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (lines.length > 1000) lines.shift();
    for (const wait of waiting) wait(line);
  });
  return {
    child,
    line(pattern) {
      const known = lines.map((one) => pattern.exec(one)).find((match) => match !== null);
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        const wait = (one: string): void => {
          const match = pattern.exec(one);
          if (match === null) return;
          waiting.delete(wait);
          resolve(match);
        };
        waiting.add(wait);
        child.once('exit', (code) => reject(new Error(`${service} ended with ${String(code)}:\n${lines.slice(-30).join('\n')}`)));
      });
    },
    async end() {
      if (child.exitCode !== null) return child.exitCode;
      const exit = once(child, 'exit') as Promise<[number | null]>;
      child.kill('SIGTERM');
      return (await exit)[0];
    },
  };
}
