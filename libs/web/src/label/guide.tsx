import { useState } from 'react';
import { t } from '../preferences.ts';
import { Dialog, Problem } from '../ui.tsx';
import { Guidelines, useGuidelines } from './guidelines.tsx';

const keys: [string, string][] = [
  ['↑ ↓', 'go to the answer above or below'],
  ['Alt+↑ Alt+↓', 'move the answer'],
  ['1 – 9', 'move the answer to this place'],
  ['=', 'tie with the answer above'],
  ['Shift+1 – 7', 'rate the answer'],
  ['Ctrl+Z', 'undo'],
  ['Ctrl+Enter', 'hand in'],
  ['S', 'skip'],
];

/** The guidelines and the keys, to be looked up while labeling. */
export function Guide({ work }: { work: 'rank' | 'write' | 'own' }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="quiet-button" onClick={() => setOpen(true)}>{t('Guidelines and keys')}</button>
      {open ? (
        <Dialog title={t('Guidelines and keys')} onClose={() => setOpen(false)}>
          <Shown />
          {work === 'rank' ? <dl className="keys">{keys.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(what)}</dd></div>)}</dl> : null}
          <p><a href="#/label/guidelines">{t('The guidelines on a page of their own')}</a></p>
        </Dialog>
      ) : null}
    </>
  );
}

function Shown() {
  const { written, problem } = useGuidelines();
  return <><Problem text={problem} /><Guidelines text={written?.text} /></>;
}
