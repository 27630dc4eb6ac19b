import { useState } from 'react';
import { t } from '../preferences.ts';
import { Dialog, Problem } from '../ui.tsx';
import { Guidelines, useGuidelines } from './guidelines.tsx';
import { useKeys } from './use-keys.ts';
import type { Work } from './work.ts';

/** Keys, what they do, and at which work. */
const keys: [key: string, does: string, at: readonly Work[]][] = [
  ['↑ ↓', 'go to the answer above or below', ['rank']],
  ['Alt+↑ Alt+↓', 'move the answer', ['rank']],
  ['1 – 9', 'move the answer to this place', ['rank']],
  ['=', 'tie with the answer above', ['rank']],
  ['Shift+1 – 7', 'rate the answer', ['rank']],
  ['Ctrl+Z', 'undo', ['rank']],
  ['Ctrl+Shift+Z', 'redo', ['rank']],
  ['N', 'write a note', ['rank', 'write']],
  ['B', 'go back to the last one handed in', ['rank', 'write']],
  ['Ctrl+Enter', 'hand in', ['rank', 'write', 'own']],
  ['S', 'skip', ['rank', 'write']],
  ['?', 'show this', ['rank', 'write', 'own']],
];

/** The guidelines and the keys, to be looked up while labeling. */
export function Guide({ work }: { work: Work }) {
  const [open, setOpen] = useState(false);
  useKeys((event) => { if (event.key === '?') setOpen(true); });
  return (
    <>
      <button type="button" className="quiet-button" onClick={() => setOpen(true)}>{t('Guidelines and keys')}</button>
      {open ? (
        <Dialog title={t('Guidelines and keys')} onClose={() => setOpen(false)}>
          <Shown />
          <dl className="keys">{keys.filter(([,, at]) => at.includes(work)).map(([key, does]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(does)}</dd></div>)}</dl>
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
