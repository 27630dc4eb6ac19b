import { useEffect, useId, useRef, useState } from 'react';
import { postJson, type RunView, type SpecCheck } from '../api.ts';
import { t } from '../preferences.ts';
import { messageOf, PageHead, Problem } from '../ui.tsx';
import { examples } from './examples.ts';
import { Pipeline } from './pipeline.tsx';

const checkAfterMs = 300;

/** A spec in YAML, checked while it is written; started when nothing is wrong with it. */
export function NewRunPage() {
  const [text, setText] = useState(examples['quickstart'] ?? '');
  const [check, setCheck] = useState<SpecCheck>();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const [areaId, problemsId] = [useId(), useId()];
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      postJson<SpecCheck>('/api/specs/check', { spec: text }).then(
        (result) => { if (current) { setCheck(result); setProblem(''); } },
        (error: unknown) => { if (current) setProblem(messageOf(error)); },
      );
    }, checkAfterMs);
    return () => { current = false; clearTimeout(timer); };
  }, [text]);
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const run = await postJson<RunView>('/api/runs', { spec: text });
      location.hash = `#/runs/${run.id}`;
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  const goTo = (line: number, column: number): void => {
    const at = text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  const problems = check?.problems ?? [];
  const lines = text.split('\n').length;
  return (
    <div className="page">
      <PageHead title={t('New run')} note={t('A run is a text: which stages, and what they are set to.')}>
        <button type="button" className="primary" disabled={busy || check === undefined || problems.length > 0} onClick={() => void start()}>{t('Start run')}</button>
      </PageHead>
      <div className="toolbar" role="group" aria-label={t('Examples')}>
        <span className="quiet">{t('Examples')}</span>
        {Object.entries(examples).map(([name, example]) => <button key={name} type="button" className="chip" aria-pressed={text === example} onClick={() => setText(example)}>{name}</button>)}
      </div>
      {check !== undefined && problems.length === 0 && check.stages.length > 0 ? <Pipeline nodes={check.stages} stages={{}} /> : null}
      <div id={problemsId} aria-live="polite">
        {problems.map(({ line, column, message }, i) => (
          <button key={i} type="button" className="problem-line" onClick={() => goTo(line, column)}><b>{t('Line {line}', { line })}</b> {message}</button>
        ))}
      </div>
      <Problem text={problem} />
      <label htmlFor={areaId} className="hidden">{t('Spec in YAML')}</label>
      <div className="editor">
        <pre aria-hidden="true">{Array.from({ length: lines }, (_, i) => <span key={i} className={problems.some((one) => one.line === i + 1) ? 'bad' : ''}>{i + 1}{'\n'}</span>)}</pre>
        <textarea id={areaId} ref={area} spellCheck={false} wrap="off" rows={lines + 1} value={text} aria-invalid={problems.length > 0} aria-describedby={problemsId} onChange={(event) => setText(event.target.value)} />
      </div>
    </div>
  );
}
