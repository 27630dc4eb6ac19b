import { useState } from 'react';
import { t } from './preferences.ts';
import { announce, Problem } from './ui.tsx';

/** Only where the page came over https or from this machine may it write to the clipboard. */
export const canCopy = 'clipboard' in navigator;

/** Copies a text, and tells whether that is done, or why it cannot be. */
export function useCopy(text: string): { copied: boolean; problem: string; copy: () => Promise<boolean> } {
  const [copied, setCopied] = useState<string>();
  const [problem, setProblem] = useState('');
  const copy = async (): Promise<boolean> => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      setProblem(t('The browser does not let the page copy it.'));
      return false;
    }
    setCopied(text);
    setProblem('');
    announce(t('Copied'));
    return true;
  };
  return { copied: copied === text, problem, copy };
}

export function CopyButton({ text, label = t('Copy') }: { text: string; label?: string }) {
  const { copied, problem, copy } = useCopy(text);
  if (!canCopy) return null;
  return (
    <>
      <button type="button" className="icon thumb" aria-label={label} title={copied ? t('Copied') : label} onClick={() => void copy()}>
        <svg viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" strokeLinecap="round" aria-hidden="true"><path d={copied ? 'M5 13l5 5L19 7' : 'M9 9h11v11H9zM5 15H4V4h11v1'} /></svg>
      </button>
      <Problem text={problem} />
    </>
  );
}
