import { discriminator, schemaOf, stageSettings, type Path } from '@minchat/config/stage-settings';
import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';
import { Settings } from './setting-field.tsx';
import type { SpecDocument } from './spec-document.ts';

const order = Object.keys(stageSettings);

/** A spec as a form, made from the settings' schemas; it changes the spec's text, which stays the truth. */
export function SpecForm({ document, onChange }: { document: SpecDocument; onChange: (text: string) => void }) {
  const { spec, stages } = document;
  if (spec === undefined) return <p className="quiet">{t('This text cannot be read as a spec. Mend it as YAML first.')}</p>;
  const set = (path: Path, value: unknown): void => onChange(document.with(path, value));
  const missing = order.filter((kind) => !stages.some(([name]) => name === kind));
  return (
    <div className="spec-form">
      <div className="fields">
        <Field label={t('Name')}>{(id) => <input id={id} value={spec.name ?? ''} onChange={(event) => set(['name'], event.target.value)} />}</Field>
        <Field label={t('Seed')}>{(id) => <input id={id} inputMode="numeric" placeholder="1" value={spec.seed ?? ''} onChange={(event) => set(['seed'], event.target.value.trim() === '' ? undefined : Number.isInteger(Number(event.target.value)) ? Number(event.target.value) : event.target.value)} />}</Field>
      </div>
      {stages.map(([name, entry]) => (
        <StageForm key={name} name={name} kind={entry?.kind ?? name} settings={entry?.settings} plugin={entry?.plugin}
          onSet={(path, value) => set(['stages', name, 'settings', ...path], value)} onRemove={() => set(['stages', name], undefined)} />
      ))}
      {missing.length === 0 ? null : (
        <div className="toolbar" role="group" aria-label={t('Add a stage')}>
          <span className="quiet">{t('Add a stage')}</span>
          {missing.map((kind) => <button key={kind} type="button" className="chip" onClick={() => set(['stages', kind], firstSettings(kind))}>{kind}</button>)}
        </div>
      )}
    </div>
  );
}

/** A stage that must be told which variant it is begins with the first. */
function firstSettings(kind: string): object {
  const variants = stageSettings[kind]?.oneOf;
  const key = discriminator(variants ?? []);
  return variants === undefined || key === undefined ? {} : { settings: { [key]: variants[0]?.properties?.[key]?.const } };
}

interface StageFormProps { name: string; kind: string; settings: unknown; plugin: string | undefined; onSet: (path: Path, value: unknown) => void; onRemove: () => void }

function StageForm({ name, kind, settings, plugin, onSet, onRemove }: StageFormProps) {
  const schema = schemaOf(kind, plugin);
  const given = typeof settings === 'object' && settings !== null ? Object.keys(settings).length : 0;
  return (
    <details className="card stage-form" data-stage={name}>
      <summary><b>{name}</b> <small className="quiet">{given === 0 ? t('as it comes') : t('{n} set', { n: given })}</small></summary>
      {schema === undefined ? <p className="quiet">{t('Another implementation knows these settings; write them as YAML.')}</p> : <Settings schema={schema} value={settings} path={[]} onChange={onSet} />}
      <button type="button" className="quiet-button" onClick={onRemove}>{t('Take {stage} out of the run', { stage: name })}</button>
    </details>
  );
}
