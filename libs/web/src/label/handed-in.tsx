import { useState } from 'react';
import { formatMoment } from '../format.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { Dialog, Problem } from '../ui.tsx';
import type { HandedInTask } from './use-handed-in.ts';
import { useKeys } from './use-keys.ts';

/** Leads back to what was handed in: the button to any of the last ones, the key B from the one `at` which the labeler is to the one before. */
export function HandedInButton({ at, list, onOpen }: { at: string | undefined; list: () => Promise<HandedInTask[]>; onOpen: (id: string) => Promise<boolean> }) {
  const [shown, setShown] = useState<HandedInTask[]>();
  const { problem, once } = useAct();
  const show = (): Promise<boolean> => once(async () => setShown(await list()));
  const goBack = (): Promise<boolean> =>
    once(async () => {
      const tasks = await list();
      const before = tasks[tasks.findIndex(({ id }) => id === at) + 1];
      if (before === undefined) setShown(tasks);
      else await onOpen(before.id);
    });
  useKeys((event) => {
    if (event.key.toLowerCase() === 'b' && !event.ctrlKey && !event.metaKey && !event.altKey) void goBack();
  });
  return (
    <>
      <Problem text={problem} />
      <button type="button" className="quiet-button" onClick={() => void show()}>{t('Handed in')}</button>
      {shown === undefined ? null : (
        <Dialog title={t('Handed in')} onClose={() => setShown(undefined)}>
          {shown.length === 0 ? <p>{t('Nothing that you have handed in can be changed now. It can be until something may have been trained on it.')}</p> : (
            <>
              <p className="quiet">{t('The latest first. What you change takes the place of what you had handed in.')}</p>
              <div className="choices">
                {shown.map(({ id, kind, skipped, run, prompt, at: then }) => (
                  <button key={id} type="button" onClick={() => { setShown(undefined); void onOpen(id); }}>
                    <span className="text" dir="auto">{prompt}</span>
                    <small className="quiet">{[formatMoment(then), skipped ? t('skipped') : kind === 'write' ? t('answered') : '', run].filter((one) => one !== '').join(' · ')}</small>
                  </button>
                ))}
              </div>
            </>
          )}
        </Dialog>
      )}
    </>
  );
}
