import { useEffect, useState } from 'react';
import { addressOf, hasKey, postJson } from '../api.ts';
import { t } from '../preferences.ts';
import { messageOf, Problem } from '../ui.tsx';

/** The evaluation report in a frame that may draw and nothing else. */
export function Report({ id }: { id: string }) {
  const plain = `/api/runs/${id}/report`;
  const [url, setUrl] = useState(hasKey() ? '' : plain);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    // A frame sends no key: a ticket lets it in.
    if (hasKey()) postJson<{ url: string }>(`${plain}/ticket`).then((ticket) => setUrl(ticket.url), (error: unknown) => setProblem(messageOf(error)));
  }, [plain]);
  return (
    <>
      <Problem text={problem} />
      {url === '' ? null : <iframe className="report card" title={t('Evaluation report')} src={addressOf(url)} sandbox="allow-scripts" />}
    </>
  );
}
