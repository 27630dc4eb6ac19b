import { useEffect, useState, type ReactNode } from 'react';
import { t } from '../preferences.ts';
import { recall, remember } from '../storage.ts';
import { Problem } from '../ui.tsx';
import type { explanationOf } from './explanations.ts';

/** Tells what a figure is where that is wanted and known. */
export type Explain = (name: string) => string | undefined;

/** What the figures of a kind of stage are, if it was chosen in this browser that it is told; and what chooses it. */
export function useExplanations(kind: string): { explain: Explain; chooser: ReactNode } {
  const [isWanted, setWanted] = useState(recall('explain') === '1');
  const [known, setKnown] = useState<{ explanationOf: typeof explanationOf }>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    if (!isWanted) return;
    // Fetched only by those who want them.
    import('./explanations.ts').then(setKnown, () => setProblem(t('What the figures are could not be loaded. Load the page again.')));
  }, [isWanted]);
  const choose = (): void => {
    setWanted(!isWanted);
    setProblem('');
    remember('explain', isWanted ? '0' : '1');
  };
  return {
    explain: (name) => (isWanted ? known?.explanationOf(kind, name) : undefined),
    chooser: <><button type="button" className="chip" aria-pressed={isWanted} title={t('Say what each figure is')} onClick={choose}>{t('Explain')}</button><Problem text={problem} /></>,
  };
}
