import { useState } from 'react';
import { t } from '../preferences.ts';
import { Dialog } from '../ui.tsx';
import { skipReasons } from './flags.ts';
import { useKeys } from './use-keys.ts';

/** Skips with a reason. The key S opens it, unless something is being written. */
export function SkipButton({ onSkip }: { onSkip: (reason: string) => Promise<void> }) {
  const [open, setOpen] = useState(false);
  useKeys((event) => {
    if (event.key.toLowerCase() === 's' && !event.ctrlKey && !event.metaKey && !event.altKey) setOpen(true);
  });
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>{t('Skip')}</button>
      {open ? (
        <Dialog title={t('Why do you skip it?')} onClose={() => setOpen(false)}>
          <div className="choices">{skipReasons.map((reason) => <button key={reason} type="button" onClick={() => { setOpen(false); void onSkip(reason); }}>{t(reason)}</button>)}</div>
        </Dialog>
      ) : null}
    </>
  );
}
