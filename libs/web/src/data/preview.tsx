import { useEffect, useState } from 'react';
import { postJson, type BadRecord, type StoredRecord } from '../api.ts';
import { t } from '../preferences.ts';
import { messageOf, Problem } from '../ui.tsx';
import { BadLines } from './bad-lines.tsx';
import type { Format } from './guess.ts';
import type { Mapping } from './mapping-fields.tsx';
import { RecordView } from './record-view.tsx';

export interface Previewed { fields: string[]; records: { line: number; type: string; record: Partial<StoredRecord> }[]; bad: BadRecord[] }

/** What the first lines of a file would become, as the store itself reads them. */
export function usePreview(format: Format, head: string, mapping: Mapping): { preview: Previewed | undefined; problem: string } {
  const [state, setState] = useState<{ preview: Previewed | undefined; problem: string }>({ preview: undefined, problem: '' });
  useEffect(() => {
    if (head === '') return undefined;
    let left = false;
    postJson<Previewed>('/api/data/preview', { format, head, mapping: Object.entries(mapping).map(([field, from]) => ({ field, from })) }).then(
      (preview) => { if (!left) setState({ preview, problem: '' }); },
      (error: unknown) => { if (!left) setState((last) => ({ preview: last.preview === undefined ? undefined : { ...last.preview, records: [], bad: [] }, problem: messageOf(error) })); },
    );
    return () => { left = true; };
  }, [format, head, mapping]);
  return state;
}

const shownRecords = 5;

export function Preview({ preview, problem }: { preview: Previewed | undefined; problem: string }) {
  return (
    <section className="preview" aria-label={t('Preview')} aria-live="polite">
      <Problem text={problem} />
      {preview === undefined ? null : (
        <>
          <ul className="list records">
            {preview.records.slice(0, shownRecords).map(({ line, type, record }, i) => (
              <li key={i}>
                <small className="quiet">{t('Line {n}: {type}', { n: line, type: t(type) })}</small>
                <RecordView record={{ id: '', messages: [], completion: '', answers: [], text: '', labeler: '', note: '', useCase: '', reference: '', decision: '', user: '', ...record }} />
              </li>
            ))}
          </ul>
          {preview.bad.length === 0 ? null : <BadLines bad={preview.bad} />}
        </>
      )}
    </section>
  );
}
