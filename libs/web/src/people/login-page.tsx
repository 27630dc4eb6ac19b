import { useState } from 'react';
import { postJson } from '../api.ts';
import { t } from '../preferences.ts';
import { problemOf } from '../problems.ts';
import { Field, PageHead, Problem } from '../ui.tsx';
import type { Session } from './session.ts';

/** Stands in place of the page that was asked for, and gives way to it. `over` where somebody was at work. */
export function LoginPage({ over, onEnter }: { over: boolean; onEnter: (session: Session) => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      onEnter(await postJson<Session>('/api/session', { name, password }));
    } catch (error) {
      setProblem(problemOf(error));
      setPassword('');
    }
    setBusy(false);
  };
  return (
    <div className="page entrance">
      <PageHead title={t('Log in')} note={over ? t('Your session is over. What you began is there again when you have logged in.') : undefined} />
      <form className="card" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Problem text={problem} />
        <Field label={t('Name')}>{(id) => <input id={id} name="username" autoComplete="username" autoCapitalize="none" required autoFocus maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
        <Field label={t('Password')}>{(id) => <input id={id} name="password" type="password" autoComplete="current-password" required maxLength={256} value={password} onChange={(event) => setPassword(event.target.value)} />}</Field>
        <button className="primary" disabled={busy}>{t('Log in')}</button>
      </form>
      <p className="quiet">{t('Forgotten the password? An admin can give you a link that sets a new one.')}</p>
    </div>
  );
}
