import { useId, useMemo, useRef, useState } from 'react';
import { request, serverEvents, type ImportProgress } from '../api.ts';
import { formatBytes, formatNumber } from '../format.ts';
import { t } from '../preferences.ts';
import { announce, Field, messageOf, Meter, Problem } from '../ui.tsx';
import { badRecordText } from './bad-record.ts';
import { headOf, previewFormat } from './file-head.ts';
import { collectionName, formats, guessFormat, type Format } from './guess.ts';
import { MappingFields, type Mapping } from './mapping-fields.tsx';
import { Preview, usePreview } from './preview.tsx';

interface Chosen { file: File; format: Format; collection: string; head: string; isParquet: boolean; mapping: Mapping }

/** Takes a file by drop or by choice, shows its beginning, and imports it. */
export function ImportCard({ onDone }: { onDone: () => void }) {
  const [chosen, setChosen] = useState<Chosen>();
  const [progress, setProgress] = useState<ImportProgress>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const [strict, setStrict] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const strictId = useId();
  const choose = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setProgress(undefined);
    setProblem('');
    const begin = { file, collection: collectionName(file.name), mapping: {} };
    try {
      const { head, isParquet } = await headOf(file);
      setChosen({ ...begin, format: isParquet ? 'parquet' : guessFormat(file.name, head), head, isParquet });
    } catch (error) {
      // What cannot be shown here may still be imported.
      setChosen({ ...begin, format: guessFormat(file.name, ''), head: '', isParquet: false });
      setProblem(messageOf(error));
    }
  };
  const takesMapping = chosen?.format === 'jsonl' || chosen?.format === 'parquet';
  const mapping = useMemo(() => (takesMapping ? (chosen?.mapping ?? {}) : {}), [takesMapping, chosen?.mapping]);
  const { preview, problem: unreadable } = usePreview(previewFormat(chosen?.format ?? 'jsonl', chosen?.isParquet ?? false), chosen?.head ?? '', mapping);
  const start = async (): Promise<void> => {
    if (chosen === undefined) return;
    setBusy(true);
    setProblem('');
    try {
      const query = new URLSearchParams({ collection: chosen.collection, format: chosen.format, strict: String(strict) });
      if (takesMapping) for (const [field, from] of Object.entries(chosen.mapping)) query.append('map', `${field}=${from}`);
      const response = await request(`/api/data/imports?${query}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: chosen.file });
      for await (const status of serverEvents<ImportProgress>(response)) {
        setProgress(status);
        if (status.done) {
          announce(t('Imported into {collection}', { collection: chosen.collection }));
          onDone();
        }
      }
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(false);
  };
  return (
    <section className="card import" aria-label={t('Import')}>
      <div className={`drop ${over ? 'over' : ''}`} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); void choose(event.dataTransfer.files[0]); }}>
        <span>{t('Drop a file here, or')}</span>
        <button type="button" onClick={() => input.current?.click()}>{t('choose one')}</button>
        <input ref={input} type="file" hidden aria-label={t('File to import')} onChange={(event) => { void choose(event.target.files?.[0]); event.target.value = ''; }} />
        <small className="quiet">{t('JSON lines, Parquet, Open-Assistant trees, HH-RLHF, Alpaca, plain text; gzip too')}</small>
      </div>
      {chosen === undefined ? null : (
        <form onSubmit={(event) => { event.preventDefault(); void start(); }}>
          <p><b>{chosen.file.name}</b> <span className="quiet">{formatBytes(chosen.file.size)}</span></p>
          <div className="fields">
            <Field label={t('Format')}>{(id) => <select id={id} value={chosen.format} onChange={(event) => setChosen({ ...chosen, format: event.target.value as Format })}>{formats.map((one) => <option key={one}>{one}</option>)}</select>}</Field>
            <Field label={t('Collection')}>{(id) => <input id={id} required pattern="[a-z0-9_\-]{1,128}" value={chosen.collection} onChange={(event) => setChosen({ ...chosen, collection: event.target.value })} />}</Field>
            <label className="inline" htmlFor={strictId}><input id={strictId} type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} /> {t('Import nothing if any line is bad')}</label>
            <button className="primary" disabled={busy}>{t('Import')}</button>
          </div>
          {takesMapping && preview !== undefined && preview.fields.length > 0 ? <MappingFields found={preview.fields} mapping={chosen.mapping} onChange={(next) => setChosen({ ...chosen, mapping: next })} /> : null}
          {progress === undefined ? <Preview preview={preview} problem={unreadable} /> : null}
        </form>
      )}
      {progress !== undefined && !progress.done ? <Meter value={progress.bytes} max={progress.totalBytes} label={t('Import')} /> : null}
      {progress?.done === true ? <Outcome progress={progress} collection={chosen?.collection ?? ''} /> : null}
      <Problem text={problem} />
    </section>
  );
}

function Outcome({ progress, collection }: { progress: ImportProgress; collection: string }) {
  const found = (['prompts', 'demonstrations', 'comparisons', 'texts'] as const).filter((kind) => progress[kind] > 0).map((kind) => `${formatNumber(progress[kind])} ${t(kind)}`);
  return (
    <div className="outcome" role="status">
      <p className="good">{t('Imported into {collection}', { collection })}: {found.join(', ')} <a href={`#/data/${collection}`}>{t('Look at it')}</a></p>
      {progress.skipped === 0 ? null : (
        <>
          <p>{t('{n} lines could not be used:', { n: progress.skipped })}</p>
          <table className="bad-lines">
            <thead><tr><th scope="col">{t('Line')}</th><th scope="col">{t('Reason')}</th></tr></thead>
            <tbody>{progress.bad.map((one) => <tr key={one.line}><td className="number">{one.line}</td><td>{badRecordText(one)}</td></tr>)}</tbody>
          </table>
        </>
      )}
    </div>
  );
}
