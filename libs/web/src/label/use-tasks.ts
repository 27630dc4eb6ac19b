import { useCallback, useEffect, useRef, useState } from 'react';
import { postJson, type Task } from '../api.ts';
import { labelerName } from '../preferences.ts';
import { messageOf } from '../ui.tsx';

const lookAgainMs = 4000;

/**
 * The task before a labeler, the next one fetched already. Ending one shows the next at once; what
 * was decided is on its way meanwhile.
 */
export function useTasks(kind: 'rank' | 'write', run: string) {
  const [task, setTask] = useState<Task | null>();
  const [problem, setProblem] = useState('');
  const [ended, setEnded] = useState(0);
  const next = useRef<Promise<Task | null>>(undefined);
  const held = useRef<string[]>([]);

  const lease = useCallback(async (): Promise<Task | null> => {
    const body = { labeler: labelerName(), kind, holding: held.current.slice(-40), ...(run === '' ? {} : { run }) };
    const { task: given } = await postJson<{ task: Task | null }>('/api/label/tasks', body);
    if (given !== null) held.current.push(given.id);
    return given;
  }, [kind, run]);

  // One at a time: a second one, begun while the first waits for the gateway, would take the task away
  // that the first one shows, from under the labeler's hands.
  const advancing = useRef(false);
  const advance = useCallback(async (): Promise<void> => {
    if (advancing.current) return;
    advancing.current = true;
    try {
      const given = (await next.current?.catch(() => null)) ?? (await lease());
      setTask(given);
      setProblem('');
      next.current = given === null ? undefined : lease();
      next.current?.catch(() => undefined);
    } catch (error) {
      setTask(null);
      setProblem(messageOf(error));
    } finally {
      advancing.current = false;
    }
  }, [lease]);

  useEffect(() => {
    held.current = [];
    next.current = undefined;
    setTask(undefined);
    void advance();
  }, [advance]);

  // Where there was nothing to do there may be soon: a run may come to its rankings any moment.
  useEffect(() => {
    if (task !== null) return undefined;
    const timer = setInterval(() => { if (!document.hidden) void advance(); }, lookAgainMs);
    return () => clearInterval(timer);
  }, [task, advance]);

  /** Sends what became of the task; it stays on the page when that fails. */
  const end = async (what: 'submit' | 'skip', body: object): Promise<void> => {
    if (!task) return;
    try {
      await postJson(`/api/label/tasks/${task.id}/${what}`, { labeler: labelerName(), ...body });
      setEnded((count) => count + 1);
      await advance();
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return { task, problem, ended, end, retry: advance };
}
