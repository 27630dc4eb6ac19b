import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { request, serverEvents, type ImportProgress } from '../api.ts';
import { formatBytes, formatNumber } from '../format.ts';
import { t } from '../preferences.ts';
import { announce, Field, Loading, messageOf, Meter, Problem } from '../ui.tsx';
import { BadLines } from './bad-lines.tsx';
import { headOf, isPreviewed, previewFormat, type Head } from './file-head.ts';
import { collectionName, formats, guessFormat, type Format } from './guess.ts';
import { MappingFields, type Mapping } from './mapping-fields.tsx';
import { Preview, usePreview } from './preview.tsx';
import { recordTypes } from './record-types.ts';

/** How a file is taken in: what it holds and where it goes, with its first records as they would become. */
export function ImportForm({ file, busy, onBusy, onDone }: { file: File; busy: boolean; onBusy: (busy: boolean) => void; onDone: () => void }) {
  const [found, setHead] = useState<Head>({ head: '', isParquet: false, isCut: false });
  const { head, isParquet } = found;
  const [chosen, setFormat] = useState<Format>();
  const format = chosen ?? (isParquet ? 'parquet' : guessFormat(file.name, head));
  const [collection, setCollection] = useState(collectionName(file.name));
  const [fields, setFields] = useState<Mapping>({});
  const [strict, setStrict] = useState(false);
  const [outcome, setOutcome] = useState<{ progress: ImportProgress; collection: string }>();
  const [problem, setProblem] = useState('');
  const strictId = useId();
  const controller = useRef<AbortController>(undefined);
  useEffect(() => {
    headOf(file).then(
      setHead,
      // What cannot be shown here may still be imported.
      (error: unknown) => setProblem(messageOf(error)),
    );
  }, [file]);
  const takesMapping = format === 'jsonl' || format === 'parquet' || format === 'csv';
  const mapping = useMemo(() => (takesMapping ? fields : {}), [takesMapping, fields]);
  const shown = isPreviewed(format, found);
  const { preview, problem: unreadable } = usePreview(previewFormat(format, isParquet), shown ? head : '', mapping);
  const start = async (): Promise<void> => {
    const { signal } = (controller.current = new AbortController());
    onBusy(true);
    setOutcome(undefined);
    setProblem('');
    try {
      const query = new URLSearchParams({ collection, format, strict: String(strict) });
      for (const [field, from] of Object.entries(mapping)) query.append('map', `${field}=${from}`);
      const response = await request(`/api/data/imports?${query}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file, signal });
      let done = false;
      for await (const progress of serverEvents<ImportProgress>(response)) {
        setOutcome({ progress, collection });
        done = progress.done;
      }
      if (!done) throw new Error(t('The connection broke off before the end.'));
      announce(t('Imported into {collection}', { collection }));
      onDone();
    } catch (error) {
      setOutcome(undefined);
      setProblem(signal.aborted ? t('Stopped. Unless it was just done, nothing of it is imported.') : messageOf(error));
    }
    onBusy(false);
  };
  return (
    <>
      <form onSubmit={(event) => { event.preventDefault(); void start(); }}>
        <p><b>{file.name}</b> <span className="quiet">{formatBytes(file.size)}</span></p>
        <div className="fields">
          <Field label={t('Format')}>{(id) => <select id={id} value={format} onChange={(event) => setFormat(event.target.value as Format)}>{formats.map((one) => <option key={one}>{one}</option>)}</select>}</Field>
          <Field label={t('Collection')}>{(id) => <input id={id} required pattern="[a-z0-9_\-]{1,128}" value={collection} onChange={(event) => setCollection(event.target.value)} />}</Field>
          <label className="inline" htmlFor={strictId}><input id={strictId} type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} /> {t('Import nothing if any line is bad')}</label>
          <button className="primary" disabled={busy}>{t('Import')}</button>
          {busy ? <button type="button" onClick={() => controller.current?.abort()}>{t('Stop')}</button> : null}
        </div>
        {takesMapping && preview !== undefined && preview.fields.length > 0 ? <MappingFields found={preview.fields} mapping={fields} onChange={setFields} /> : null}
        {shown ? null : <p className="quiet">{t('The first line is too long for a preview. It can be imported all the same.')}</p>}
        {outcome === undefined && shown ? <Preview preview={preview} problem={unreadable} /> : null}
      </form>
      {busy && outcome === undefined ? <Loading text={t('Sending the file…')} /> : null}
      {outcome === undefined ? null : outcome.progress.done ? <Outcome {...outcome} /> : <Meter value={outcome.progress.bytes} max={outcome.progress.totalBytes} label={t('Import')} />}
      <Problem text={problem} />
    </>
  );
}

function Outcome({ progress, collection }: { progress: ImportProgress; collection: string }) {
  const found = recordTypes.filter((type) => progress[type] > 0).map((type) => `${formatNumber(progress[type])} ${t(type)}`);
  return (
    <div className="outcome" role="status">
      <p className="good">{t('Imported into {collection}', { collection })}: {found.join(', ')} <a href={`#/data/${collection}`}>{t('Look at it')}</a></p>
      {progress.skipped === 0 ? null : (
        <>
          <p>{t('{n} lines could not be used:', { n: progress.skipped })}</p>
          <BadLines bad={progress.bad} />
        </>
      )}
      {progress.forgotten === 0 ? null : <p>{t('{n} records left out: they are of people who were forgotten.', { n: progress.forgotten })}</p>}
    </div>
  );
}
