import { enterSends } from '../keys.ts';
import { t } from '../preferences.ts';
import { useKept } from '../use-kept.ts';

/** Where the question is written. Enter sends, Shift+Enter breaks the line. */
export function Composer({ busy, disabled = false, onSend, onStop }: { busy: boolean; disabled?: boolean; onSend: (text: string) => void; onStop: () => void }) {
  const { text, write } = useKept('question');
  const send = (): void => {
    if (busy || disabled || text.trim() === '') return;
    onSend(text);
    write('');
  };
  return (
    <form className="composer" onSubmit={(event) => { event.preventDefault(); if (busy) onStop(); else send(); }}>
      <textarea dir="auto" aria-label={t('Your message')} placeholder={t('Ask something')} rows={1} value={text} onChange={(event) => write(event.target.value)} onKeyDown={enterSends(send)} />
      <button className="primary" disabled={!busy && (disabled || text.trim() === '')}>{busy ? t('Stop') : t('Send')}</button>
    </form>
  );
}

const ideas = ['What is the capital of France?', 'Explain rain to a six-year-old.', 'What is 3 plus 4?'];

export function Ideas({ title, onPick }: { title: string; onPick: (text: string) => void }) {
  return (
    <div className="ideas">
      <h2>{title}</h2>
      <div>{ideas.map((idea) => <button key={idea} type="button" className="chip" onClick={() => onPick(idea)}>{idea}</button>)}</div>
    </div>
  );
}
