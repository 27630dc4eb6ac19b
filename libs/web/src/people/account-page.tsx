import { useState } from 'react';
import { getJson, postJson, sendJson } from '../api.ts';
import { formatTime } from '../format.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Field, PageHead, Problem, usePolled } from '../ui.tsx';
import { NewPassword } from './new-password.tsx';
import { roleNotes } from './roles.tsx';
import type { Person } from './session.ts';

interface OwnSession { id: string; address: string; agent: string; createdAt: number; seenAt: number; current: boolean }

/** One's own account: the password, where one is logged in, and the way out. */
export function AccountPage({ person, onLeave }: { person: Person; onLeave: () => void }) {
  const { problem, act } = useAct();
  const { value, error, reload } = usePolled((signal) => getJson<{ sessions: OwnSession[] }>('/api/account/sessions', signal), 15_000);
  const end = async (path: string, after: () => void): Promise<void> => {
    if (await act(() => sendJson('DELETE', path))) after();
  };
  return (
    <div className="page account">
      <PageHead title={person.name} note={roleNotes(person.role)}>
        <button type="button" onClick={() => void end('/api/session', onLeave)}>{t('Log out')}</button>
      </PageHead>
      <Problem text={problem || error} />
      <section aria-labelledby="own-sessions">
        <h2 id="own-sessions">{t('Where you are logged in')}</h2>
        <ul className="list">
          {value?.sessions.map((one) => (
            <li key={one.id} className="card row member">
              <span className="row-main">
                <strong>{browserOf(one.agent)}{one.current ? <small className="quiet"> {t('(here)')}</small> : null}</strong>
                <small className="quiet">{[one.address, t('Last seen {time}', { time: formatTime(one.seenAt) })].join(' · ')}</small>
              </span>
              {one.current ? null : <button type="button" onClick={() => void end(`/api/account/sessions/${one.id}`, reload)}>{t('Log out')}</button>}
            </li>
          ))}
        </ul>
        {(value?.sessions.length ?? 0) > 1 ? <button type="button" onClick={() => void end('/api/account/sessions', reload)}>{t('Log out everywhere else')}</button> : null}
      </section>
      <ChangePassword name={person.name} onChanged={reload} />
    </div>
  );
}

function ChangePassword({ name, onChanged }: { name: string; onChanged: () => void }) {
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const { problem, once } = useAct();
  const [done, setDone] = useState(false);
  const submit = async (): Promise<void> => {
    setDone(false);
    if (!(await once(() => postJson('/api/account/password', { old, new: next })))) return;
    setOld('');
    setNext('');
    setDone(true);
    announce(t('The password is changed; everywhere else you are logged out.'));
    onChanged();
  };
  return (
    <section aria-labelledby="own-password">
      <h2 id="own-password">{t('Change the password')}</h2>
      <form className="card" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        <Problem text={problem} />
        {done ? <p className="good">{t('The password is changed; everywhere else you are logged out.')}</p> : null}
        <input type="hidden" name="username" autoComplete="username" value={name} />
        <Field label={t('Present password')}>{(id) => <input id={id} type="password" autoComplete="current-password" required maxLength={256} value={old} onChange={(event) => setOld(event.target.value)} />}</Field>
        <NewPassword label={t('New password')} value={next} onChange={setNext} />
        <button className="primary">{t('Change the password')}</button>
      </form>
    </section>
  );
}

/** Browsers give long accounts of themselves. */
function browserOf(agent: string): string {
  const name = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'].find((one) => agent.includes(`${one}/`)) ?? agent.slice(0, 40);
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((one) => agent.includes(one));
  return [{ Edg: 'Edge', OPR: 'Opera' }[name] ?? name, system ?? ''].filter((text) => text !== '').join(', ') || t('A browser');
}
