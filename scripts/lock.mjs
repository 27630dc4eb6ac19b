// One process at a time sets something up in a checkout. Who comes second waits, and takes over from one that was killed.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

/** Nothing takes that long: the number may be another process's by now. */
const longestMs = 3_600_000;

/** Returns when the file is this process's. `onWait` is told, once, who has it. Throws what keeps it from being written. */
export function takeLock(path, onWait = () => undefined) {
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        // Made and not written, on a full disk, it would be waited for.
        rmSync(path, { force: true });
        throw error;
      }
    }
    const holder = holderOf(path);
    if (holder === null) continue;
    if (holder === undefined) {
      // Only who has the lock `.next` may remove a dead one's: the second of two would remove the first one's.
      takeLock(`${path}.next`, onWait);
      if (holderOf(path) === undefined) rmSync(path, { force: true });
      rmSync(`${path}.next`, { force: true });
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    // Scripts that set up do one thing after the other: there is no event loop to keep free.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

/** The process that has the lock, 0 while it is being written; undefined when that process is gone, null when the lock is. */
function holderOf(path) {
  let pid = 0;
  try {
    if (Date.now() - statSync(path).mtimeMs > longestMs) return undefined;
    pid = Number(readFileSync(path, 'utf8'));
    if (pid !== 0) process.kill(pid, 0);
    return pid;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    return error.code === 'EPERM' ? pid : undefined;
  }
}
