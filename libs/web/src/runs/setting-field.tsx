import { useId, useState } from 'react';
import { t } from '../preferences.ts';
import { discriminator, problemsOf, rangeOf, variantOf, type Path, type Schema } from '@minchat/config/stage-settings';

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
export function SettingField(props: FieldProps) {
  const { name, schema, value, path, onChange } = props;
  const variants = schema.oneOf ?? schema.anyOf;
  const key = variants === undefined ? undefined : discriminator(variants);
  if (variants !== undefined && key !== undefined) {
    const chosen = variantOf(schema, value ?? schema.default);
    const options = variants.map((variant) => String(variant.properties?.[key]?.const));
    const given = value !== undefined;
    return (
      <fieldset className="setting-group">
        <legend>{wordsOf(name)}</legend>
        {schema.description === undefined ? null : <p className="quiet">{schema.description}</p>}
        <Choice name={key} value={String(chosen.properties?.[key]?.const)} options={options} onChange={(next) => onChange(path, { [key]: next })} />
        <Properties schema={chosen} value={given ? value : undefined} path={path} without={key} onChange={(at, next) => {
          // The default is a variant with its own values: to change one, the variant has to be named.
          if (given || next === undefined) onChange(at, next);
          else onChange(path, { [key]: chosen.properties?.[key]?.const, [String(at.at(-1))]: next });
        }} />
      </fieldset>
    );
  }
  if (schema.properties !== undefined) {
    return (
      <fieldset className="setting-group">
        <legend>{wordsOf(name)}</legend>
        {schema.description === undefined ? null : <p className="quiet">{schema.description}</p>}
        <Properties schema={schema} value={value} path={path} onChange={onChange} />
      </fieldset>
    );
  }
  return <Control {...props} />;
}

/** The settings of a map, in the order of the schema. */
export function Properties({ schema, value, path, without, onChange }: { schema: Schema; value: unknown; path: Path; without?: string; onChange: FieldProps['onChange'] }) {
  const values = (value ?? {}) as Record<string, unknown>;
  const entries = Object.entries(schema.properties ?? {}).filter(([name]) => name !== without);
  return (
    <div className="settings">
      {entries.map(([name, property]) => <SettingField key={name} name={name} schema={property} value={values[name]} path={[...path, name]} required={schema.required?.includes(name) === true} onChange={onChange} />)}
    </div>
  );
}

export function Choice({ name, value, options, onChange }: { name: string; value: string; options: readonly string[]; onChange: (value: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{wordsOf(name)}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>{options.map((option) => <option key={option}>{option}</option>)}</select>
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
