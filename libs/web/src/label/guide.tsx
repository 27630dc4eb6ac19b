import { useState } from 'react';
import { t } from '../preferences.ts';
import { Dialog } from '../ui.tsx';

const ranking = [
  'Helpful first: does it do what the person asked for, or plainly wanted?',
  'Truthful: a wrong fact is worse than a missing one.',
  'Harmless: nothing that hurts people or helps to.',
  'Of two as good, the shorter and clearer is better. If you see no difference, tie them.',
  'Which model wrote an answer is never told.',
];
const writing = ['Write the answer that you would want to get.', 'To the point, polite, finished. If you do not know, say so.', 'No personal data.'];
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

export function Guide({ work }: { work: 'rank' | 'write' | 'own' }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="quiet-button" onClick={() => setOpen(true)}>{t('Guidelines and keys')}</button>
      {open ? (
        <Dialog title={t('Guidelines and keys')} onClose={() => setOpen(false)}>
          <ul className="guide">{(work === 'rank' ? ranking : writing).map((line) => <li key={line}>{t(line)}</li>)}</ul>
          {work === 'rank' ? <dl className="keys">{keys.map(([key, what]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(what)}</dd></div>)}</dl> : null}
        </Dialog>
      ) : null}
    </>
  );
}
