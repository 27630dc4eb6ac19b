import type { StoredRecord } from '../api.ts';
import { answerFlags } from '../label/flags.ts';
import { t } from '../preferences.ts';
import { Conversation } from '../ui.tsx';
import { decisionText, isKept } from './decision.ts';

/** What a labeler flagged, in words; imported answers may have flags of their own. */
const flagText = (flag: string): string => t(answerFlags.find(([name]) => name === flag)?.[1] ?? flag);

/** One stored record, whatever its kind. Everything in it is text, whatever it looks like. */
export function RecordView({ record }: { record: StoredRecord }) {
  const about = [record.user === '' ? '' : t('by {user}', { user: record.user }), record.labeler, record.useCase].filter((one) => one !== '').join(' · ');
  return (
    <>
      {record.messages.length > 0 ? <Conversation messages={record.messages} /> : null}
      {record.text === '' ? null : <p className="text" dir="auto">{record.text}</p>}
      {record.completion === '' ? null : <div className="conversation"><div className="turn assistant" dir="auto">{record.completion}</div></div>}
      {record.reference === '' ? null : <p className="about"><small className="quiet">{t('Right answer:')} <span dir="auto">{record.reference}</span></small></p>}
      {record.answers.length === 0 ? null : (
        <ol className="ranked">
          {record.answers.map((answer, i) => (
            <li key={i}>
              <span className="rank">{answer.rank + 1}</span>
              <span className="text" dir="auto">{answer.text}</span>
              <small className="quiet">{[answer.rating > 0 ? `${answer.rating}/7` : '', ...answer.flags.map(flagText), answer.model].filter((one) => one !== '').join(' · ')}</small>
            </li>
          ))}
        </ol>
      )}
      {record.note === '' ? null : <p className="note"><small className="quiet">{t('Note')}</small> <span dir="auto">{record.note}</span></p>}
      {about === '' && record.decision === '' ? null : (
        <p className="about">
          {record.decision === '' ? null : <span className={`decision ${isKept(record.decision) ? 'kept' : 'dropped'}`}>{decisionText(record.decision, t)}</span>}
          {about === '' ? null : <small className="quiet">{about}</small>}
        </p>
      )}
    </>
  );
}
