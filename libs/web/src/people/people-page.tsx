import { useState } from 'react';
import { getJson, postJson, sendJson } from '../api.ts';
import { formatTime } from '../format.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Field, Loading, PageHead, Problem, usePolled } from '../ui.tsx';
import { AuditLog } from './audit-log.tsx';
import { ApiKeys } from './api-keys.tsx';
import { roleName, roleNotes, roles } from './roles.tsx';
import { Secret } from './secret.tsx';
import { currentPerson, type Person, type Role } from './session.ts';

interface Member extends Person { disabled: boolean; createdAt: number; seenAt: number }
interface Invitation { id: string; role: Role; note: string; account: string | null; expiresAt: number }
interface Link { token: string }

/** Who works here, which programs may ask, and what was done. */
export function PeoplePage({ part }: { part: string }) {
  const parts = [['', t('People')], ['keys', t('API keys')], ['audit', t('Audit log')]] as const;
  return (
    <div className="page people">
      <PageHead title={parts.find(([name]) => name === part)?.[1] ?? t('People')} />
      <nav className="segments links" aria-label={t('People and keys')}>
        {parts.map(([name, label]) => <a key={name} href={`#/people/${name}`} aria-current={part === name ? 'page' : undefined}>{label}</a>)}
      </nav>
      {part === 'keys' ? <ApiKeys /> : part === 'audit' ? <AuditLog /> : <People />}
    </div>
  );
}

function People() {
  const { value, error, reload } = usePolled((signal) => getJson<{ people: Member[]; invitations: Invitation[] }>('/api/people', signal), 10_000);
  const [link, setLink] = useState<{ title: string; token: string }>();
  const { problem, act, once } = useAct(reload);
  const change = async (member: Member, what: { role?: Role; disabled?: boolean }): Promise<void> => {
    if (await act(() => sendJson('PATCH', `/api/people/${member.id}`, what))) announce(t('Saved'));
  };
  return (
    <>
      <Invite onInvite={(role, note) => once(async () => setLink({ title: t('An invitation'), token: (await postJson<Link>('/api/invitations', { role, note })).token }))} />
      <Problem text={problem || error} />
      {value === undefined ? <Loading unless={error} /> : null}
      <ul className="list">
        {value?.people.map((member) => (
          <li key={member.id} className="card row member">
            <span className="row-main">
              <strong>{member.name}{member.id === currentPerson()?.id ? <small className="quiet"> {t('(you)')}</small> : null}</strong>
              <small className="quiet">{member.disabled ? t('Disabled') : member.seenAt === 0 ? t('Not logged in') : t('Last seen {time}', { time: formatTime(member.seenAt) })}</small>
            </span>
            <select aria-label={t('Role of {name}', { name: member.name })} value={member.role} onChange={(event) => void change(member, { role: event.target.value as Role })}>
              {roles.map((role) => <option key={role} value={role}>{roleName(role)}</option>)}
            </select>
            <span className="actions">
              {member.disabled ? null : <button type="button" aria-label={t('Password link for {name}', { name: member.name })} onClick={() => void once(async () => setLink({ title: t('A new password for {name}', { name: member.name }), token: (await postJson<Link>(`/api/people/${member.id}/link`)).token }))}>{t('Password link')}</button>}
              <button type="button" aria-label={member.disabled ? t('Enable {name}', { name: member.name }) : t('Disable {name}', { name: member.name })} onClick={() => void change(member, { disabled: !member.disabled })}>{member.disabled ? t('Enable') : t('Disable')}</button>
            </span>
          </li>
        ))}
      </ul>
      {value === undefined || value.invitations.length === 0 ? null : (
        <section className="invitations" aria-labelledby="open-links">
          <h2 id="open-links">{t('Links that nobody has used yet')}</h2>
          <ul className="list">
            {value.invitations.map((one) => (
              <li key={one.id} className="card row member">
                <span className="row-main">
                  <strong>{one.account === null ? roleName(one.role) : t('A new password for {name}', { name: one.note })}</strong>
                  <small className="quiet">{[one.account === null ? one.note : '', t('until {time}', { time: formatTime(one.expiresAt) })].filter((text) => text !== '').join(' · ')}</small>
                </span>
                <button type="button" onClick={() => void act(() => sendJson('DELETE', `/api/invitations/${one.id}`))}>{t('Withdraw')}</button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {link === undefined ? null : <Secret title={link.title} note={t('Send this link to the person it is for. It works once, and is shown only now.')} value={`${location.origin}${location.pathname}#/join/${link.token}`} onClose={() => setLink(undefined)} />}
    </>
  );
}

function Invite({ onInvite }: { onInvite: (role: Role, note: string) => Promise<boolean> }) {
  const [role, setRole] = useState<Role>('labeler');
  const [note, setNote] = useState('');
  return (
    <form className="card fields" aria-label={t('Invite somebody')} onSubmit={(event) => { event.preventDefault(); void onInvite(role, note).then((invited) => { if (invited) setNote(''); }); }}>
      <Field label={t('Role')}>{(id) => <select id={id} value={role} onChange={(event) => setRole(event.target.value as Role)}>{roles.map((one) => <option key={one} value={one}>{roleName(one)}</option>)}</select>}</Field>
      <Field label={t('For whom')}>{(id) => <input id={id} maxLength={100} value={note} onChange={(event) => setNote(event.target.value)} />}</Field>
      <button className="primary">{t('Invite')}</button>
      <small className="quiet note">{roleNotes(role)}</small>
    </form>
  );
}
