import { useRef } from 'react';
import { canCopy, useCopy } from '../copy-button.tsx';
import { t } from '../preferences.ts';
import { Dialog, Problem } from '../ui.tsx';

/** A link or a key, shown this once. */
export function Secret({ title, note, value, onClose }: { title: string; note: string; value: string; onClose: () => void }) {
  const field = useRef<HTMLInputElement>(null);
  const { copied, problem, copy } = useCopy(value);
  const copyOrSelect = async (): Promise<void> => { if (!(await copy())) field.current?.select(); };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="secret">
        <p>{note}</p>
        <input ref={field} className="code" readOnly aria-label={title} value={value} onFocus={(event) => event.target.select()} />
        <Problem text={problem === '' ? '' : `${problem} ${t('It is selected: copy it yourself.')}`} />
        <div className="actions">
          {canCopy ? <button type="button" className="primary" onClick={() => void copyOrSelect()}>{copied ? t('Copied') : t('Copy')}</button> : null}
          <button type="button" onClick={onClose}>{t('Done')}</button>
        </div>
      </div>
    </Dialog>
  );
}
