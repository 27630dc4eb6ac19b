import type { StoredRecord } from '../api.ts';
import { t } from '../preferences.ts';
import { Conversation } from '../ui.tsx';

/** What a decision begins with, for its colour: kept in a split, or dropped. */
const isKept = (decision: string): boolean => ['train', 'validation', 'test'].includes(decision);

/** One stored record, whatever its kind. Everything in it is text, whatever it looks like. */
export function RecordView({ record }: { record: StoredRecord }) {
  const about = [record.user === '' ? '' : t('by {user}', { user: record.user }), record.labeler, record.useCase].filter((one) => one !== '').join(' · ');
  return (
    <>
      {record.messages.length > 0 ? <Conversation messages={record.messages} /> : null}
      {record.text === '' ? null : <p className="text">{record.text}</p>}
      {record.completion === '' ? null : <div className="conversation"><div className="turn assistant">{record.completion}</div></div>}
      {record.answers.length === 0 ? null : (
        <ol className="ranked">
          {record.answers.map((answer, i) => (
            <li key={i}>
              <span className="rank">{answer.rank + 1}</span>
              <span className="text">{answer.text}</span>
              <small className="quiet">{[answer.rating > 0 ? `${answer.rating}/7` : '', ...answer.flags, answer.model].filter((one) => one !== '').join(' · ')}</small>
            </li>
          ))}
        </ol>
      )}
      {about === '' && record.decision === '' ? null : (
        <p className="about">
          {record.decision === '' ? null : <span className={`decision ${isKept(record.decision) ? 'kept' : 'dropped'}`}>{isKept(record.decision) ? t(record.decision) : t('dropped: {reason}', { reason: record.decision })}</span>}
          {about === '' ? null : <small className="quiet">{about}</small>}
        </p>
      )}
    </>
  );
}
