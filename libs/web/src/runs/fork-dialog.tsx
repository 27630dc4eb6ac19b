import { problemsOf, schemaOf } from '@minchat/config/stage-settings';
import { useMemo, useState } from 'react';
import { postJson, type RunDetail, type RunView } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { Dialog, Field, messageOf, Problem } from '../ui.tsx';
import { Settings } from './setting-field.tsx';
import { SpecDocument, specText } from './spec-document.ts';

/** A new run that takes over what is done before a stage, with other settings for that stage. */
export function ForkDialog({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const [from, setFrom] = useState(run.stages.at(-1)?.stage ?? '');
  const [text, setText] = useState(() => specText(run.spec));
  const document = useMemo(() => new SpecDocument(text), [text]);
  const { settings: had = {}, plugin } = run.spec.stages?.[from] ?? {};
  const { settings = {} } = document.spec?.stages?.[from] ?? {};
  const schema = schemaOf(run.stages.find((stage) => stage.stage === from)?.kind ?? '', plugin);
  /** Of an implementation whose settings are not known here. */
  const [json, setJson] = useState<string>();
  const { problem, once } = useAct();
  const choose = (stage: string): void => {
    setFrom(stage);
    setText(specText(run.spec));
    setJson(undefined);
  };
  const start = async (): Promise<void> => {
    const next = json === undefined ? settings : parsed(json);
    // They are all that the stage is set to: what was taken out of them is not set any more.
    const changed = JSON.stringify(next) === JSON.stringify(had) ? {} : { settings: { [from]: next }, replace: true };
    const fork = await postJson<RunView>(`/api/runs/${run.id}/fork`, { from, ...changed });
    onClose();
    location.hash = `#/runs/${fork.id}`;
  };
  return (
    <Dialog title={t('Fork {run}', { run: run.id })} onClose={onClose}>
      <form className="fork" onSubmit={(event) => { event.preventDefault(); void once(start); }}>
        <Field label={t('The first stage to do anew')}>
          {(id) => <select id={id} value={from} onChange={(event) => choose(event.target.value)}>{run.stages.map((stage) => <option key={stage.stage}>{stage.stage}</option>)}</select>}
        </Field>
        {schema === undefined ? (
          <Field label={t('Its settings')} hint={t('JSON')}>
            {(id, hintId) => <textarea id={id} aria-describedby={hintId} className="code" rows={10} spellCheck={false} value={json ?? JSON.stringify(had, null, 2)} onChange={(event) => setJson(event.target.value)} />}
          </Field>
        ) : (
          <fieldset className="setting-group">
            <legend>{t('Its settings')}</legend>
            <Settings key={from} schema={schema} value={settings} path={['stages', from, 'settings']} onChange={(path, value) => setText(document.with(path, value))} />
          </fieldset>
        )}
        <div className="dialog-end">
          <Problem text={problem} />
          <button className="primary" disabled={schema !== undefined && problemsOf(schema, settings).length > 0}>{t('Start run')}</button>
        </div>
      </form>
    </Dialog>
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(t('The settings are no JSON: {problem}', { problem: messageOf(error) }), { cause: error });
  }
}
