import { useId, useRef } from 'react';
import { t } from '../preferences.ts';

export interface LineProblem { line: number; column: number; message: string }

/** A spec as text, with the numbers of its lines and what is wrong in them. */
export function SpecEditor({ text, problems, onChange }: { text: string; problems: readonly LineProblem[]; onChange: (text: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [areaId, problemsId] = [useId(), useId()];
  const goTo = (line: number, column: number): void => {
    const at = text.split('\n').slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  const lines = text.split('\n').length;
  return (
    <>
      <div id={problemsId} aria-live="polite">
        {problems.map(({ line, column, message }, i) => (
          <button key={i} type="button" className="problem-line" onClick={() => goTo(line, column)}><b>{t('Line {line}', { line })}</b> {message}</button>
        ))}
      </div>
      <label htmlFor={areaId} className="hidden">{t('Spec in YAML')}</label>
      <div className="editor">
        <pre aria-hidden="true">{Array.from({ length: lines }, (_, i) => <span key={i} className={problems.some((one) => one.line === i + 1) ? 'bad' : ''}>{i + 1}{'\n'}</span>)}</pre>
        <textarea id={areaId} ref={area} spellCheck={false} wrap="off" rows={lines + 1} value={text} aria-invalid={problems.length > 0} aria-describedby={problemsId} onChange={(event) => onChange(event.target.value)} />
      </div>
    </>
  );
}
