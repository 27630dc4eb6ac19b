import { useState } from 'react';
import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';

/** As the store wants it. */
const shortest = 12;

/** A new password, which can be looked at: that prevents more mistakes than typing it twice. */
export function NewPassword({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={t('At least {n} characters. Several words are easy to remember and hard to guess.', { n: shortest })}>
      {(id, hintId) => (
        <span className="with-button">
          <input id={id} aria-describedby={hintId} name="new-password" type={shown ? 'text' : 'password'} autoComplete="new-password" required minLength={shortest} maxLength={256} value={value} onChange={(event) => onChange(event.target.value)} />
          <button type="button" aria-pressed={shown} onClick={() => setShown(!shown)}>{t('Show')}</button>
        </span>
      )}
    </Field>
  );
}
