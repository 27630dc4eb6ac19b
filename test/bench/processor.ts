// Processor time of processes and their threads, by Linux's own count.
import { readFile, readdir } from 'node:fs/promises';

/** Nanoseconds that each kind of thread of a process has run so far, by the thread's name. */
export async function threadNanoseconds(pid: number): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  const tasks = `/proc/${pid}/task`;
  for (const task of await readdir(tasks)) {
    try {
      const [name, stat] = await Promise.all([readFile(`${tasks}/${task}/comm`, 'utf8'), readFile(`${tasks}/${task}/schedstat`, 'utf8')]);
      times.set(name.trim(), (times.get(name.trim()) ?? 0) + Number(stat.split(' ')[0]));
    } catch {
      // A thread that has ended since.
    }
  }
  return times;
}
