import { useRef } from 'react';
import { handsIn } from '../keys.ts';
import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';
import { useKeys } from './use-keys.ts';

/** What a labeler remarks about a task (InstructGPT, figure 12), for people who look through what was labeled. The key N leads to it. */
export function NoteField({ value, onChange, onHandIn }: { value: string; onChange: (note: string) => void; onHandIn: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  useKeys((event) => {
    if (event.key.toLowerCase() !== 'n' || event.ctrlKey || event.metaKey || event.altKey) return;
    area.current?.focus();
    event.preventDefault();
  });
  return (
    <Field label={t('Note, if you like')} hint={t('For people who look through what was labeled; no model learns from it.')}>
      {(id, hintId) => <textarea id={id} ref={area} aria-describedby={hintId} dir="auto" className="note" rows={1} maxLength={2000} value={value} onChange={(event) => onChange(event.target.value)} onKeyDown={(event) => { if (handsIn(event)) onHandIn(); }} />}
    </Field>
  );
}
