import { useState } from 'react';
import { t } from '../preferences.ts';
import { announce, Problem } from '../ui.tsx';

/** Copies a text, where the browser lets pages: only those that came over https or from this machine. */
export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState<string>();
  const [problem, setProblem] = useState('');
  if (!('clipboard' in navigator)) return null;
  const isCopied = copied === text;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(text);
      setProblem('');
      announce(t('Copied'));
    } catch {
      setProblem(t('The browser does not let the page copy it.'));
    }
  };
  return (
    <>
      <button type="button" className="icon thumb" aria-label={t('Copy')} title={isCopied ? t('Copied') : t('Copy')} onClick={() => void copy()}>
        <svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" strokeLinecap="round" aria-hidden="true"><path d={isCopied ? 'M5 13l5 5L19 7' : 'M9 9h11v11H9zM5 15H4V4h11v1'} /></svg>
      </button>
      <Problem text={problem} />
    </>
  );
}
