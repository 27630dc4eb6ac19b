import { t } from '../preferences.ts';
import { Field } from '../ui.tsx';

export type Mapping = Readonly<Record<string, string>>;

/** What a record may be made of; the names that a file gives them are chosen. */
const contents = ['prompt', 'completion', 'chosen', 'rejected', 'messages', 'text'] as const;
const fields = [...contents, 'reference', 'user_id', 'labeler'] as const;
/** Names in a file that need no choice: what they hold is known. */
const known: readonly string[] = [...contents, 'instruction', 'conversations', 'conversation'];

/** Chooses which field of the file is the prompt, the completion and so on, where names differ. */
export function MappingFields({ found, mapping, onChange }: { found: readonly string[]; mapping: Mapping; onChange: (mapping: Mapping) => void }) {
  return (
    <details className="mapping" open={Object.keys(mapping).length > 0 || !found.some((name) => known.includes(name))}>
      <summary>{t('Fields: which is which')}</summary>
      <div className="fields">
        {fields.map((field) => (
          <Field key={field} label={t(field)}>
            {(id) => (
              <select id={id} value={mapping[field] ?? ''} onChange={(event) => onChange(Object.fromEntries(Object.entries({ ...mapping, [field]: event.target.value }).filter(([, from]) => from !== '')))}>
                <option value="">{found.includes(field) ? field : t('none')}</option>
                {found.filter((name) => name !== field).map((name) => <option key={name}>{name}</option>)}
              </select>
            )}
          </Field>
        ))}
      </div>
    </details>
  );
}
