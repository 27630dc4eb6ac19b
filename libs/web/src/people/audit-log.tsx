import { useEffect, useState } from 'react';
import { getJson } from '../api.ts';
import { formatTime } from '../format.ts';
import { t } from '../preferences.ts';
import { Loading, messageOf, Pager, Problem } from '../ui.tsx';

interface Entry { number: number; at: number; account: string; name: string; address: string; action: string; target: string; detail: string }

/** Who did what, a page at a time, the newest first. */
export function AuditLog() {
  const [pages, setPages] = useState<number[]>([0]);
  const [shown, setShown] = useState<{ entries: Entry[]; next: number }>();
  const [problem, setProblem] = useState('');
  const before = pages.at(-1) ?? 0;
  useEffect(() => {
    const controller = new AbortController();
    getJson<{ entries: Entry[]; next: number }>(`/api/audit?before=${before}`, controller.signal).then(
      (page) => { setShown(page); setProblem(''); },
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
  }, [before]);
  return (
    <>
      <Problem text={problem} />
      {shown === undefined ? <Loading unless={problem} /> : null}
      <div className="card audit" role="region" tabIndex={0} aria-label={t('Audit log')}>
        <table>
          <thead><tr><th scope="col">{t('When')}</th><th scope="col">{t('Who')}</th><th scope="col">{t('What')}</th><th scope="col">{t('Particulars')}</th><th scope="col">{t('From')}</th></tr></thead>
          <tbody>
            {shown?.entries.map((entry) => (
              <tr key={entry.number}>
                <td>{formatTime(entry.at)}</td>
                <td>{entry.name === '' ? t('somebody') : entry.name}</td>
                <td data-action={entry.action}>{actionName(entry.action)}</td>
                <td>{[entry.target === entry.account ? '' : entry.target, entry.detail].filter((text) => text !== '').join(' · ')}</td>
                <td>{entry.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager pages={pages} next={shown?.next} back={t('Newer')} forth={t('Older')} onTurn={setPages} />
    </>
  );
}

/** What was done, in words; an action that has none by its name. */
function actionName(action: string): string {
  const names: Readonly<Record<string, string>> = {
    'account.join': t('joined'),
    'account.login': t('logged in'),
    'account.login-failed': t('wrong password'),
    'account.login-limited': t('too many passwords'),
    'account.password': t('new password'),
    'account.password-link': t('password link made'),
    'account.role': t('role changed'),
    'account.disable': t('account disabled'),
    'account.enable': t('account enabled'),
    'session.end': t('sessions ended'),
    'invitation.make': t('invitation made'),
    'invitation.withdraw': t('invitation withdrawn'),
    'key.make': t('key made'),
    'key.change': t('key changed'),
    'key.revoke': t('key revoked'),
    'run.start': t('run started'),
    'run.cancel': t('run cancelled'),
    'run.resume': t('run resumed'),
    'run.fork': t('run forked'),
    'run.delete': t('run deleted'),
    'data.import': t('data imported'),
    'data.forget': t('data deleted'),
    'data.delete': t('collection deleted'),
    'label.guidelines': t('guidelines written'),
  };
  return names[action] ?? action;
}
