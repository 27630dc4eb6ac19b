import { useEffect, useState } from 'react';
import { postJson } from '../api.ts';
import { t } from '../preferences.ts';
import { problemOf } from '../problems.ts';
import { Field, PageHead, Problem } from '../ui.tsx';
import { NewPassword } from './new-password.tsx';
import { roleNotes } from './roles.tsx';
import type { Role, Session } from './session.ts';

/** Where a link leads: a name and a password for a new account, or a new password for one that is there. */
export function JoinPage({ token, onEnter }: { token: string; onEnter: (session: Session) => void }) {
  const [link, setLink] = useState<{ role: Role; name: string }>();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    postJson<{ role: Role; name: string }>('/api/invitations/look', { token }).then(setLink, (error: unknown) => setProblem(problemOf(error)));
  }, [token]);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      const session = await postJson<Session>('/api/invitations/accept', { token, name, password });
      // The link is used up: it is not to be come back to.
      history.replaceState(null, '', '#/');
      dispatchEvent(new HashChangeEvent('hashchange'));
      onEnter(session);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const isNew = link?.name === '';
  return (
    <div className="page entrance">
      <PageHead title={link === undefined || isNew ? t('Welcome') : t('A new password for {name}', { name: link.name })} note={isNew ? roleNotes(link.role) : undefined} />
      <Problem text={problem} />
      {link === undefined ? null : (
        <form className="card" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          {isNew
            ? <Field label={t('Your name')} hint={t('You log in with it, and others see it.')}>{(id, hintId) => <input id={id} aria-describedby={hintId} name="username" autoComplete="username" autoCapitalize="none" required autoFocus maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />}</Field>
            : <input type="hidden" name="username" autoComplete="username" value={link.name} />}
          <NewPassword label={isNew ? t('Password') : t('New password')} value={password} onChange={setPassword} />
          <button className="primary" disabled={busy}>{isNew ? t('Join') : t('Set the password')}</button>
        </form>
      )}
    </div>
  );
}
