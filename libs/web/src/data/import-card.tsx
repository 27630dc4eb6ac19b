import { useEffect, useRef, useState } from 'react';
import { t } from '../preferences.ts';
import { ImportForm } from './import-form.tsx';

/** Takes a file by drop or by choice, shows its beginning, and imports it. */
export function ImportCard({ onDone }: { onDone: () => void }) {
  const [chosen, setChosen] = useState<{ file: File; count: number }>();
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  // A reload would break an import off.
  useEffect(() => {
    if (!busy) return undefined;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [busy]);
  const choose = (file: File | undefined): void => {
    if (file !== undefined && !busy) setChosen({ file, count: (chosen?.count ?? 0) + 1 });
  };
  return (
    <section className="card import" aria-label={t('Import')}>
      <div className={`drop ${over ? 'over' : ''}`} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); choose(event.dataTransfer.files[0]); }}>
        <span>{t('Drop a file here, or')}</span>
        <button type="button" disabled={busy} onClick={() => input.current?.click()}>{t('choose one')}</button>
        <input ref={input} type="file" hidden aria-label={t('File to import')} onChange={(event) => { choose(event.target.files?.[0]); event.target.value = ''; }} />
        <small className="quiet">{t('JSON lines, Parquet, CSV, Open-Assistant trees, HH-RLHF, Alpaca, plain text; packed with gzip or Zstandard, too')}</small>
      </div>
      {/* Each file has a form of its own: nothing of one is ever shown with another. */}
      {chosen === undefined ? null : <ImportForm key={chosen.count} file={chosen.file} busy={busy} onBusy={setBusy} onDone={onDone} />}
    </section>
  );
}
