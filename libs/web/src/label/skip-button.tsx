import { useEffect, useState } from 'react';
import { t } from '../preferences.ts';
import { Dialog } from '../ui.tsx';
import { skipReasons } from './flags.ts';

/** Skips with a reason. The key S opens it, unless something is being written. */
export function SkipButton({ onSkip }: { onSkip: (reason: string) => Promise<void> }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const key = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement | null;
      if (event.key.toLowerCase() !== 's' || event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, textarea, select, dialog')) return;
      setOpen(true);
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>{t('Skip')}</button>
      {open ? (
        <Dialog title={t('Why do you skip it?')} onClose={() => setOpen(false)}>
          <div className="reasons">{skipReasons.map((reason) => <button key={reason} type="button" onClick={() => { setOpen(false); void onSkip(reason); }}>{t(reason)}</button>)}</div>
        </Dialog>
      ) : null}
    </>
  );
}
