import type { ReactNode, Ref } from 'react';
import { enterSends } from '../keys.ts';
import { t } from '../preferences.ts';
import { useKept } from '../use-kept.ts';

/** Where the question is written, `disabled` until an answer is chosen. Enter sends, Shift+Enter breaks the line. */
export function Composer({ area, busy, disabled = false, onSend, onStop }: { area: Ref<HTMLTextAreaElement>; busy: boolean; disabled?: boolean; onSend: (text: string) => void; onStop: () => void }) {
  const { text, write } = useKept('question');
  const send = (): void => {
    if (busy || disabled || text.trim() === '') return;
    onSend(text);
    write('');
  };
  return (
    <form className="composer" onSubmit={(event) => { event.preventDefault(); if (busy) onStop(); else send(); }}>
      <textarea ref={area} dir="auto" aria-label={t('Your message')} placeholder={disabled ? t('First say which answer is best') : t('Ask something')} rows={1} value={text} onChange={(event) => write(event.target.value)} onKeyDown={enterSends(send)} />
      <button className="primary" disabled={!busy && (disabled || text.trim() === '')}>{busy ? t('Stop') : t('Send')}</button>
    </form>
  );
}

const ideas = ['What is the capital of France?', 'Explain rain to a six-year-old.', 'What is 3 plus 4?'];

export function Ideas({ title, onPick, children }: { title: string; onPick: (text: string) => void; children: ReactNode }) {
  return (
    <div className="ideas">
      <h2>{title}</h2>
      <div>{ideas.map((idea) => <button key={idea} type="button" className="chip" onClick={() => onPick(idea)}>{idea}</button>)}</div>
      {children}
    </div>
  );
}
