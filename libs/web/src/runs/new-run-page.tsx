import { useEffect, useMemo, useState } from 'react';
import { getJson, postJson, type RunDetail, type RunView, type SpecCheck } from '../api.ts';
import { t } from '../preferences.ts';
import { Loading, messageOf, PageHead, Problem, usePolled } from '../ui.tsx';
import { useKept } from '../use-kept.ts';
import { examples } from './examples.ts';
import { Pipeline } from './pipeline.tsx';
import { SpecDocument, specText } from './spec-document.ts';
import { SpecEditor } from './spec-editor.tsx';
import { SpecForm } from './spec-form.tsx';

const checkAfterMs = 300;
const checkAgainMs = 3000;

/** A run of a spec that is written here, which begins as the one of the run `from` if there is one. */
export function NewRunPage({ from }: { from: string }) {
  return from === '' ? <SpecPage name="spec" initial={examples['quickstart'] ?? ''} /> : <Another from={from} />;
}

function Another({ from }: { from: string }) {
  const { value: run, error } = usePolled((signal) => getJson<RunDetail>(`/api/runs/${encodeURIComponent(from)}`, signal), 60_000);
  if (run === undefined) return <div className="page"><PageHead title={t('New run')} /><Problem text={error} /><Loading unless={error} /></div>;
  return <SpecPage name={`spec-${from}`} initial={specText(run.spec)} />;
}

/** A spec as a form or as YAML, checked while it is written; started when nothing is wrong with it. */
function SpecPage({ name, initial }: { name: string; initial: string }) {
  const { text, write, drop } = useKept(name, initial);
  const [as, setAs] = useState<'form' | 'yaml'>('form');
  /** What an example took the place of, and was none itself. */
  const [own, setOwn] = useState<string>();
  const [check, setCheck] = useState<SpecCheck & { of: string }>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const document = useMemo(() => new SpecDocument(text), [text]);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout>;
    const look = (): void => {
      postJson<SpecCheck>('/api/specs/check', { spec: text }).then(
        (result) => { if (current) { setCheck({ ...result, of: text }); setProblem(''); } },
        (error: unknown) => {
          if (!current) return;
          setProblem(messageOf(error));
          timer = setTimeout(look, checkAgainMs);
        },
      );
    };
    timer = setTimeout(look, checkAfterMs);
    return () => { current = false; clearTimeout(timer); };
  }, [text]);
  const take = (example: string): void => {
    if (!Object.values(examples).includes(text)) setOwn(text);
    write(example);
  };
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const run = await postJson<RunView>('/api/runs', { spec: text });
      drop();
      location.hash = `#/runs/${run.id}`;
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  const problems = check?.problems ?? [];
  return (
    <div className="page">
      <PageHead title={t('New run')} note={t('A run is a text: which stages, and what they are set to.')}>
        <div className="segments" role="group" aria-label={t('Write it as')}>
          <button type="button" aria-pressed={as === 'form'} onClick={() => setAs('form')}>{t('Form')}</button>
          <button type="button" aria-pressed={as === 'yaml'} onClick={() => setAs('yaml')}>YAML</button>
        </div>
        <button type="button" className="primary" disabled={busy || check?.of !== text || problems.length > 0} onClick={() => void start()}>{t('Start run')}</button>
      </PageHead>
      <div className="toolbar" role="group" aria-label={t('Examples')}>
        <span className="quiet">{t('Examples')}</span>
        {Object.entries(examples).map(([name, example]) => <button key={name} type="button" className="chip" aria-pressed={text === example} onClick={() => take(example)}>{name}</button>)}
        {own === undefined || own === text ? null : <button type="button" className="chip" onClick={() => write(own)}>{t('What stood here before')}</button>}
      </div>
      {check !== undefined && check.stages.length > 0 ? <Pipeline nodes={check.stages} stages={{}} /> : null}
      <Problem text={problem} />
      {as === 'yaml' ? <SpecEditor text={text} problems={problems} onChange={write} /> : (
        <div className="form-and-text">
          <div>
            {problems.map(({ message }, i) => <p key={i} className="problem" role="alert">{message}</p>)}
            <SpecForm document={document} onChange={write} />
          </div>
          <section className="result" aria-label={t('The spec that results')}>
            <h2>{t('The spec that results')}</h2>
            <pre className="card code" tabIndex={0}>{text}</pre>
          </section>
        </div>
      )}
    </div>
  );
}
