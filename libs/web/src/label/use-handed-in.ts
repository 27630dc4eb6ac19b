import { useState } from 'react';
import { getJson, postJson, type HandedIn } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce } from '../ui.tsx';
import { dropDraft } from './drafts.ts';

export interface HandedInTask { id: string; kind: 'rank' | 'write'; skipped: boolean; run: string; prompt: string; at: number }

/** What a labeler has handed in and may change, rankings, answers and skips, and the one that they have before them again. */
export function useHandedIn(labeler: string) {
  const [again, setAgain] = useState<HandedIn>();
  const { problem, once } = useAct();
  const query = new URLSearchParams({ labeler }).toString();
  /** The latest first. */
  const list = async (): Promise<HandedInTask[]> => (await getJson<{ tasks: HandedInTask[] }>(`/api/label/handed-in?${query}`)).tasks;
  const open = (id: string): Promise<boolean> => once(async () => setAgain(await getJson<HandedIn>(`/api/label/handed-in/${id}?${query}`)));
  const done = (id: string): void => {
    dropDraft(id);
    setAgain(undefined);
  };
  const leave = ({ task }: HandedIn): Promise<boolean> => once(async () => done(task.id));
  /** Puts what the labeler has made of it now in the place of what they had. */
  const change = async ({ task }: HandedIn, what: 'submit' | 'skip', body: object): Promise<void> => {
    await once(async () => {
      await postJson(`/api/label/tasks/${task.id}/${what}`, { labeler, ...body, replace: true });
      if (what === 'submit') announce(t('Handed in'));
      done(task.id);
    });
  };
  return { again, problem, list, open, leave, change };
}
