import { useState } from 'react';
import { t } from '../preferences.ts';
import { announce, Dialog } from '../ui.tsx';

/** A link or a key, shown this once. */
export function Secret({ title, note, value, onClose }: { title: string; note: string; value: string; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    // Only where the page came over https or from this machine may it write to the clipboard.
    await navigator.clipboard?.writeText(value);
    setCopied(true);
    announce(t('Copied'));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="secret">
        <p>{note}</p>
        <input className="code" readOnly aria-label={title} value={value} onFocus={(event) => event.target.select()} />
        <div className="actions">
          {'clipboard' in navigator ? <button type="button" className="primary" onClick={() => void copy()}>{copied ? t('Copied') : t('Copy')}</button> : null}
          <button type="button" onClick={onClose}>{t('Done')}</button>
        </div>
      </div>
    </Dialog>
  );
}
