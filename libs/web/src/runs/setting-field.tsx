import { discriminator, problemsOf, rangeOf, variantOf, type Path, type Schema } from '@minchat/config/stage-settings';
import { useId, useState } from 'react';
import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';

interface FieldProps {
  name: string;
  schema: Schema;
  value: unknown;
  path: Path;
  required: boolean;
  /** `undefined` takes the value out of the spec: the default holds again. */
  onChange: (path: Path, value: unknown) => void;
}

const wordsOf = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
const shown = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value));

/** One setting: a group of settings, or a control of the kind that its schema asks for. */
function SettingField(props: FieldProps) {
  const { name, schema, value, path, onChange } = props;
  if (schema.properties === undefined && discriminator(variantsOf(schema)) === undefined) return <Control {...props} />;
  return (
    <fieldset className="setting-group">
      <legend>{wordsOf(name)}</legend>
      {schema.description === undefined ? null : <p className="quiet">{schema.description}</p>}
      <Settings schema={schema} value={value} path={path} onChange={onChange} />
    </fieldset>
  );
}

const variantsOf = (schema: Schema): readonly Schema[] => schema.oneOf ?? schema.anyOf ?? [];

/** The settings of a map; where there are variants of it, which one it is comes first. */
export function Settings({ schema, value, path, onChange }: Pick<FieldProps, 'schema' | 'value' | 'path' | 'onChange'>) {
  const variants = variantsOf(schema);
  const key = discriminator(variants);
  if (key === undefined) return <Properties schema={schema} value={value} path={path} onChange={onChange} />;
  const chosen = variantOf(schema, value ?? schema.default);
  const named = chosen.properties?.[key]?.const;
  return (
    <>
      <Field label={wordsOf(key)}>
        {(id) => <select id={id} value={String(named)} onChange={(event) => onChange(path, { [key]: event.target.value })}>{variants.map((variant) => String(variant.properties?.[key]?.const)).map((option) => <option key={option}>{option}</option>)}</select>}
      </Field>
      <Properties schema={chosen} value={value} path={path} without={key} onChange={(at, next) => {
        // The default is a variant with its own values: to change one, the variant has to be named.
        if (value !== undefined || next === undefined) onChange(at, next);
        else onChange(path, { [key]: named, [String(at.at(-1))]: next });
      }} />
    </>
  );
}

/** In the order of the schema. */
function Properties({ schema, value, path, without, onChange }: Pick<FieldProps, 'schema' | 'value' | 'path' | 'onChange'> & { without?: string }) {
  const values = (value ?? {}) as Record<string, unknown>;
  const entries = Object.entries(schema.properties ?? {}).filter(([name]) => name !== without);
  return (
    <div className="settings">
      {entries.map(([name, property]) => <SettingField key={name} name={name} schema={property} value={values[name]} path={[...path, name]} required={schema.required?.includes(name) === true} onChange={onChange} />)}
    </div>
  );
}

function Control({ name, schema, value, path, required, onChange }: FieldProps) {
  const id = useId();
  // What is being typed may be no value yet; it stands in the field, and its problem under it.
  const [draft, setDraft] = useState<{ text: string; of: unknown }>();
  const types = [schema.type ?? []].flat();
  const numeric = types.includes('integer') || types.includes('number');
  const lines = types.includes('array') && schema.items?.type === 'string';
  const text = draft !== undefined && draft.of === value ? draft.text : lines && Array.isArray(value) ? value.join('\n') : shown(value);
  const read = (typed: string): unknown => {
    if (typed.trim() === '') return undefined;
    if (lines) return typed.split('\n');
    if (numeric && Number.isFinite(Number(typed))) return Number(typed);
    if (types.includes('string') && schema.enum === undefined) return typed;
    try {
      return JSON.parse(typed) as unknown;
    } catch {
      return typed;
    }
  };
  const change = (typed: string): void => {
    const next = read(typed);
    setDraft({ text: typed, of: next });
    onChange(path, next);
  };
  const [problem] = value === undefined ? (required ? [{ message: t('This is needed.') }] : []) : problemsOf(schema, value);
  const described = [schema.description === undefined ? '' : `${id}-about`, problem === undefined ? '' : `${id}-problem`].filter(Boolean).join(' ');
  const shared = { id, 'aria-invalid': problem !== undefined, 'aria-describedby': described === '' ? undefined : described, placeholder: shown(schema.default) };
  return (
    <div className="field setting">
      <label htmlFor={id}>{wordsOf(name)}</label>
      {types.includes('boolean') || schema.enum !== undefined ? (
        <select {...shared} value={shown(value)} onChange={(event) => onChange(path, read(event.target.value))}>
          <option value="">{schema.default === undefined ? '' : `${shown(schema.default)} ${t('(default)')}`}</option>
          {(schema.enum ?? [true, false]).map((option) => <option key={shown(option)}>{shown(option)}</option>)}
        </select>
      ) : lines ? (
        <textarea {...shared} rows={2} value={text} onChange={(event) => change(event.target.value)} />
      ) : (
        <input {...shared} type="text" inputMode={numeric ? 'decimal' : 'text'} title={rangeOf(schema)} autoComplete="off" value={text} onChange={(event) => change(event.target.value)} />
      )}
      {problem === undefined ? null : <small id={`${id}-problem`} className="field-problem">{problem.message}</small>}
      {schema.description === undefined ? null : <small id={`${id}-about`} className="quiet">{schema.description}</small>}
    </div>
  );
}
