import { useState } from 'react';
import { postJson, type RunDetail, type RunView } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { Dialog, Field, Problem } from '../ui.tsx';

/** A new run that takes over what is done before a stage, with other settings for that stage. */
export function ForkDialog({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const settingsOf = (stage: string): string => JSON.stringify(run.spec.stages?.[stage]?.settings ?? {}, null, 2);
  const first = run.stages.at(-1)?.stage ?? '';
  const [from, setFrom] = useState(first);
  const [settings, setSettings] = useState(() => settingsOf(first));
  const { problem, once } = useAct();
  const start = async (): Promise<void> => {
    // What stands in the field is all that the stage is set to: what was taken out of it is not set any more.
    const changed = settings.trim() === settingsOf(from) ? {} : { settings: { [from]: JSON.parse(settings) as unknown }, replace: true };
    const fork = await postJson<RunView>(`/api/runs/${run.id}/fork`, { from, ...changed });
    onClose();
    location.hash = `#/runs/${fork.id}`;
  };
  return (
    <Dialog title={t('Fork {run}', { run: run.id })} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void once(start); }}>
        <Field label={t('The first stage to do anew')}>
          {(id) => <select id={id} value={from} onChange={(event) => { setFrom(event.target.value); setSettings(settingsOf(event.target.value)); }}>{run.stages.map((stage) => <option key={stage.stage}>{stage.stage}</option>)}</select>}
        </Field>
        <Field label={t('Its settings')} hint={t('JSON')}>
          {(id, hintId) => <textarea id={id} aria-describedby={hintId} className="code" rows={10} spellCheck={false} value={settings} onChange={(event) => setSettings(event.target.value)} />}
        </Field>
        <Problem text={problem} />
        <button className="primary">{t('Start run')}</button>
      </form>
    </Dialog>
  );
}
