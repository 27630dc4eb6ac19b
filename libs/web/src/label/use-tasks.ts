import { useCallback, useEffect, useEffectEvent, useRef, useState } from 'react';
import { postJson, RequestError, type Task } from '../api.ts';
import { t } from '../preferences.ts';
import { announce, messageOf } from '../ui.tsx';
import { dropDraft, takeDraft } from './drafts.ts';
import { openTabs, type Tabs } from './tabs.ts';
import { useRenamed } from './use-renamed.ts';
import { useSigns } from './use-signs.ts';

const lookAgainMs = 4000;
/** The store lets a task go a quarter of an hour after it was last told that somebody is at it. */
const renewEveryMs = 60_000;

/** Whether a task is no longer the labeler's: somebody else has it, or it is gone. */
const isLost = (error: unknown): boolean => error instanceof RequestError && (error.status === 409 || error.status === 404);

/**
 * The task before a labeler, the next one fetched already: it is shown as soon as what became of this one is stored.
 * Signs of life on the page keep both tasks the labeler's, and other tabs of this browser have others.
 */
export function useTasks(kind: 'rank' | 'write', labeler: string) {
  const [task, setTask] = useState<Task | null>();
  const [problem, setProblem] = useState('');
  const [ended, setEnded] = useState(0);
  /** The id of the task that was found to be somebody else's. */
  const [lost, setLost] = useState('');
  /** That there is none since what is left is before the labeler in other tabs. */
  const [elsewhere, setElsewhere] = useState(false);
  const next = useRef<Promise<Task | null>>(undefined);
  const held = useRef<string[]>([]);

  const tabs = useRef<Tabs>(undefined);
  /** What is somebody else's by now may be given again some day, to any tab. */
  const letGo = (id: string): void => {
    held.current = held.current.filter((one) => one !== id);
    tabs.current?.release(id);
  };

  const lease = useCallback(async (): Promise<Task | null> => {
    const take = async (others: string[]): Promise<Task | null> => {
      const { task: given } = await postJson<{ task: Task | null }>('/api/label/tasks', { labeler, kind, holding: [...others.slice(-24), ...held.current.slice(-40)] });
      setElsewhere(given === null && others.length > 0);
      return given;
    };
    const given = await tabs.current!.take(take);
    if (given !== null) held.current.push(given.id);
    return given;
  }, [kind, labeler]);

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
      setLost('');
      next.current = given === null ? undefined : lease();
      next.current?.catch(() => undefined);
    } catch (error) {
      setTask(null);
      setProblem(messageOf(error));
    } finally {
      advancing.current = false;
    }
  }, [lease]);

  // Where there was nothing to do there may be soon: a run may come to its rankings any moment.
  useEffect(() => {
    if (task !== null) return undefined;
    const timer = setInterval(() => { if (!document.hidden) void advance(); }, lookAgainMs);
    return () => clearInterval(timer);
  }, [task, advance]);

  /** False when the task is somebody else's by now. */
  const renew = async ({ id }: Task, formerly = labeler): Promise<boolean> => {
    try {
      await postJson(`/api/label/tasks/${id}/renew`, { labeler, formerly });
    } catch (error) {
      // Whatever else went wrong: the next sign of life tries again.
      if (!isLost(error)) return true;
      letGo(id);
      return false;
    }
    return true;
  };
  const renewedAt = useRef(Date.now());
  useSigns(() => {
    if (!task || lost === task.id || Date.now() - renewedAt.current < renewEveryMs) return;
    renewedAt.current = Date.now();
    const behind = next.current;
    // One after the other: the store gives that first, after a reload, which was renewed first.
    void (async () => {
      if (!(await renew(task))) setLost(task.id);
      const waiting = await behind?.catch(() => null);
      if (waiting && next.current === behind && !(await renew(waiting)) && next.current === behind) next.current = undefined;
    })();
  });

  // Who gives a name of their own to what they are at keeps it: it is handed in under that name.
  const renamed = useRef<Promise<void>>(undefined);
  const rename = async (formerly: string): Promise<void> => {
    // With what they have begun of it, before they go on.
    for (const id of held.current) takeDraft(id, formerly);
    if (task && !(await renew(task, formerly))) setLost(task.id);
    const behind = await next.current?.catch(() => null);
    if (behind && !(await renew(behind, formerly))) next.current = undefined;
  };
  useRenamed(labeler, (formerly) => { renamed.current = rename(formerly); });

  // Shown for the first time, or again to who has logged in again: what they were at is still there, if it still is theirs.
  const show = useEffectEvent(async (opened: Tabs) => {
    setProblem('');
    if (task) renewedAt.current = 0;
    // Of what this tab had another one may have taken over.
    const isStillHere = async (one: Task | null | undefined): Promise<boolean> => !!one && (await opened.take(async (others) => (others.includes(one.id) ? null : one))) !== null;
    if (!(await isStillHere(await next.current?.catch(() => null)))) next.current = undefined;
    if (!(await isStillHere(task))) await advance();
  });
  useEffect(() => {
    const opened = (tabs.current = openTabs(kind));
    addEventListener('pagehide', opened.leave);
    void show(opened);
    return () => {
      removeEventListener('pagehide', opened.leave);
      opened.close();
    };
  }, [kind]);

  const ending = useRef(false);
  /** Sends what became of the task; when that fails it stays on the page, and its draft in the browser. */
  const end = async (what: 'submit' | 'skip', body: object): Promise<void> => {
    if (!task || lost === task.id || ending.current) return;
    ending.current = true;
    try {
      await renamed.current;
      await postJson(`/api/label/tasks/${task.id}/${what}`, { labeler, ...body });
      dropDraft(task.id);
      tabs.current?.release(task.id);
      // It takes no more keys while the next one is not there yet.
      setTask(undefined);
      if (what === 'submit') announce(t('Handed in'));
      setEnded((count) => count + 1);
      await advance();
    } catch (error) {
      if (isLost(error)) {
        setLost(task.id);
        letGo(task.id);
      } else setProblem([what === 'submit' ? t('It is not handed in yet. What you did is kept: try again.') : '', messageOf(error)].join(' ').trim());
    } finally {
      ending.current = false;
    }
  };
  return { task, lost: task?.id === lost, elsewhere, problem, ended, end, advance };
}
