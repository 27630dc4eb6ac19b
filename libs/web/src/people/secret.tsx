import { useRef, useState } from 'react';
import { t } from '../preferences.ts';
import { announce, Dialog, Problem } from '../ui.tsx';

/** A link or a key, shown this once. */
export function Secret({ title, note, value, onClose }: { title: string; note: string; value: string; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const [problem, setProblem] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
      setProblem('');
      announce(t('Copied'));
    } catch {
      field.current?.select();
      setProblem(`${t('The browser does not let the page copy it.')} ${t('It is selected: copy it yourself.')}`);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="secret">
        <p>{note}</p>
        <input ref={field} className="code" readOnly aria-label={title} value={value} onFocus={(event) => event.target.select()} />
        <Problem text={problem} />
        <div className="actions">
          {/* Only where the page came over https or from this machine may it write to the clipboard. */}
          {'clipboard' in navigator ? <button type="button" className="primary" onClick={() => void copy()}>{copied ? t('Copied') : t('Copy')}</button> : null}
          <button type="button" onClick={onClose}>{t('Done')}</button>
        </div>
      </div>
    </Dialog>
  );
}
