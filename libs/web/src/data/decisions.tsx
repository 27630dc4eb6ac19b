import { useEffect, useState } from 'react';
import { getJson, postJson } from '../api.ts';
import { formatNumber } from '../format.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { messageOf, Problem } from '../ui.tsx';

interface Decisions { decisions: { decision: string; prompts: number }[] }

/** What the rules made of a collection's prompts: its splits, and what was dropped why; each is a filter. */
export function DecisionBar({ name, chosen, onChoose, onApplied }: { name: string; chosen: string; onChoose: (decision: string) => void; onApplied: () => void }) {
  const [found, setFound] = useState<Decisions['decisions']>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const controller = new AbortController();
    getJson<Decisions>(`/api/data/collections/${name}/decisions`, controller.signal).then(({ decisions }) => setFound(decisions), (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); });
    return () => controller.abort();
  }, [name]);
  const apply = async (): Promise<void> => {
    setBusy(true);
    try {
      setFound((await postJson<Decisions>(`/api/data/collections/${name}/decisions`)).decisions);
      setProblem('');
      onApplied();
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <section className="decisions" aria-label={t('What the rules decide')}>
      {found?.map(({ decision, prompts }) => (
        <button key={decision} type="button" className="chip" aria-pressed={chosen === decision} onClick={() => onChoose(chosen === decision ? '' : decision)}>{t(decision)} <b>{formatNumber(prompts)}</b></button>
      ))}
      {found?.length === 0 ? <span className="quiet">{t('The rules (splits by user, duplicates, personal data, 200 prompts of one user) have not been applied yet.')}</span> : null}
      {may('change') ? <button type="button" disabled={busy} onClick={() => void apply()}>{found?.length === 0 ? t('Apply the rules') : t('Apply them again')}</button> : null}
      <Problem text={problem} />
    </section>
  );
}
