import type { BadRecord } from '../api.ts';
import { t } from '../preferences.ts';
import { badRecordText } from './bad-record.ts';

/** The lines of a file that cannot be used, and why. */
export function BadLines({ bad }: { bad: readonly BadRecord[] }) {
  return (
    <table className="bad-lines">
      <thead><tr><th scope="col">{t('Line')}</th><th scope="col">{t('Reason')}</th></tr></thead>
      <tbody>{bad.map((one) => <tr key={one.line}><td className="number">{one.line}</td><td>{badRecordText(one)}</td></tr>)}</tbody>
    </table>
  );
}
