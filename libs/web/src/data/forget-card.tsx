import { useState } from 'react';
import { postJson } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Field, Problem } from '../ui.tsx';

interface Told { prompts: number; demonstrations: number; comparisons: number; tasks: number; anonymised: number; runs: string[] }
type Labels = 'anonymise' | 'delete';

/** Deletes a person's data everywhere: what would go is told first, and then it is done for good. */
export function ForgetCard({ onDone }: { onDone: () => void }) {
  const [user, setUser] = useState('');
  const [labels, setLabels] = useState<Labels>('anonymise');
  const [told, setTold] = useState<Told & { user: string; labels: Labels; done: boolean }>();
  const { problem, once } = useAct();
  // Only what is told of them leads to deleting, however late it came.
  const ofThem = told?.user === user.trim() && told.labels === labels ? told : undefined;
  const ask = async (dryRun: boolean): Promise<void> => {
    const whom = { user: user.trim(), labels };
    const done = await once(async () => setTold({ ...(await postJson<Told>('/api/data/forget', { ...whom, dryRun })), ...whom, done: !dryRun }));
    if (!done || dryRun) return;
    announce(t('Deleted'));
    onDone();
  };
  return (
    <details className="card forget">
      <summary><h2>{t('Delete a person’s data')}</h2></summary>
      <form onSubmit={(event) => { event.preventDefault(); if (user.trim() !== '') void ask(true); }}>
        <p className="quiet">{t('Everything that they sent goes, in every collection, with the answers and rankings that hang on it. It is not in the next snapshots, and neither an import nor a message that comes again brings it back.')}</p>
        <div className="fields">
          <Field label={t('User or labeler')}>{(id) => <input id={id} required maxLength={256} autoComplete="off" value={user} onChange={(event) => setUser(event.target.value)} />}</Field>
          <Field label={t('Labels that they gave')}>{(id) => <select id={id} value={labels} onChange={(event) => setLabels(event.target.value as Labels)}><option value="anonymise">{t('keep, without their name')}</option><option value="delete">{t('delete')}</option></select>}</Field>
          <button>{t('See what would go')}</button>
        </div>
      </form>
      <Problem text={problem} />
      {ofThem === undefined ? null : <Outcome told={ofThem} onMeant={() => void ask(false)} />}
    </details>
  );
}

function Outcome({ told, onMeant }: { told: Told & { done: boolean }; onMeant: () => void }) {
  const { prompts, demonstrations, comparisons, tasks, anonymised, runs, done } = told;
  return (
    <div className="outcome" role="status">
      <p className={done ? 'good' : ''}>{t(done ? 'Deleted: {prompts} prompts, {demonstrations} demonstrations, {comparisons} comparisons, {tasks} labeling tasks; {anonymised} labels stay without a name.' : 'Would be deleted: {prompts} prompts, {demonstrations} demonstrations, {comparisons} comparisons, {tasks} labeling tasks; {anonymised} labels stay without a name.', { prompts, demonstrations, comparisons, tasks, anonymised })}</p>
      {runs.length === 0 ? null : (
        <p>{t('What was made before cannot be taken back: the snapshots and models of these runs, and of runs forked from them, stay as they are. Delete them where that is needed:')} {runs.map((run, i) => <span key={run}>{i > 0 ? ', ' : ''}<a href={`#/runs/${run}`}>{run}</a></span>)}</p>
      )}
      {done ? null : <button type="button" className="danger" onClick={onMeant}>{t('Delete for good')}</button>}
    </div>
  );
}
