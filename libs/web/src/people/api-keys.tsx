import { useState } from 'react';
import { getJson, postJson, sendJson } from '../api.ts';
import { formatNumber, formatTime } from '../format.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Dialog, Empty, Field, Loading, Problem, usePolled } from '../ui.tsx';
import { Secret } from './secret.tsx';

interface ApiKey { id: string; name: string; prefix: string; collect: boolean; rateLimit: number; createdAt: number; usedAt: number }

/** The keys of programs. */
export function ApiKeys() {
  const { value, error, reload } = usePolled((signal) => getJson<{ keys: ApiKey[] }>('/api/keys', signal), 10_000);
  const [secret, setSecret] = useState('');
  const [leaving, setLeaving] = useState<ApiKey>();
  const { problem, act, once } = useAct(reload);
  const revoke = async (key: ApiKey): Promise<void> => {
    setLeaving(undefined);
    if (await act(() => sendJson('DELETE', `/api/keys/${key.id}`))) announce(t('Revoked'));
  };
  return (
    <>
      <p className="quiet">{t('Programs send a key to /v1 as "Authorization: Bearer KEY". A key opens nothing else.')}</p>
      <MakeKey onMake={(settings) => once(async () => setSecret((await postJson<{ secret: string }>('/api/keys', settings)).secret))} />
      <Problem text={problem || error} />
      {value === undefined ? <Loading unless={error} /> : null}
      {value?.keys.length === 0 ? <Empty title={t('No keys yet')}><p className="quiet">{t('Make one above for each program that is to ask the models.')}</p></Empty> : null}
      <ul className="list">
        {value?.keys.map((key) => (
          <li key={key.id} className="card row member">
            <span className="row-main">
              <strong>{key.name} <small className="code quiet">{key.prefix}…</small></strong>
              <small className="quiet">{[key.usedAt === 0 ? t('Never used') : t('Last used {time}', { time: formatTime(key.usedAt) }), key.rateLimit === 0 ? '' : t('{n} requests a minute', { n: formatNumber(key.rateLimit) })].filter((text) => text !== '').join(' · ')}</small>
            </span>
            <label className="inline"><input type="checkbox" checked={key.collect} onChange={(event) => void act(() => sendJson('PATCH', `/api/keys/${key.id}`, { collect: event.target.checked, rateLimit: key.rateLimit }))} /> {t('Collect prompts')}</label>
            <button type="button" aria-label={t('Revoke {name}', { name: key.name })} onClick={() => setLeaving(key)}>{t('Revoke')}</button>
          </li>
        ))}
      </ul>
      {secret === '' ? null : <Secret title={t('The new key')} note={t('Keep it where the program finds it. It is shown only now: the gateway keeps no copy.')} value={secret} onClose={() => setSecret('')} />}
      {leaving === undefined ? null : (
        <Dialog title={t('Revoke {name}', { name: leaving.name })} onClose={() => setLeaving(undefined)}>
          <div className="secret">
            <p>{t('Programs that use it are refused within seconds. This cannot be undone.')}</p>
            <div className="actions"><button type="button" className="primary" onClick={() => void revoke(leaving)}>{t('Revoke')}</button><button type="button" onClick={() => setLeaving(undefined)}>{t('Keep it')}</button></div>
          </div>
        </Dialog>
      )}
    </>
  );
}

function MakeKey({ onMake }: { onMake: (settings: { name: string; collect: boolean; rateLimit: number }) => Promise<boolean> }) {
  const [name, setName] = useState('');
  const [limit, setLimit] = useState('');
  const [collect, setCollect] = useState(false);
  const submit = async (): Promise<void> => {
    if (!(await onMake({ name, collect, rateLimit: Number(limit) || 0 }))) return;
    setName('');
    setCollect(false);
  };
  return (
    <form className="card fields" aria-label={t('Make a key')} onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <Field label={t('Name of the key')}>{(id) => <input id={id} required maxLength={64} pattern="[A-Za-z0-9][A-Za-z0-9 ._\-]*" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />}</Field>
      <Field label={t('Requests a minute')}>{(id) => <input id={id} type="number" min={1} max={1_000_000} placeholder={t('no limit')} value={limit} onChange={(event) => setLimit(event.target.value)} />}</Field>
      <label className="inline"><input type="checkbox" checked={collect} onChange={(event) => setCollect(event.target.checked)} /> {t('Collect prompts: its users agreed')}</label>
      <button className="primary">{t('Make a key')}</button>
    </form>
  );
}
