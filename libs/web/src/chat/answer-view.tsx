import { memo, useEffect, useRef, useState } from 'react';
import { currentLanguage, t } from '../preferences.ts';
import { announce } from '../ui.tsx';
import { AnswerText } from './answer-text.tsx';
import type { Answer } from './stream.ts';
import { signOf, type TokenView } from './tokens.ts';

interface AnswerProps {
  answer: Answer;
  raw: boolean;
  /** Whether it is read out when it is whole. */
  spoken?: boolean;
}

/** An answer as it grows: as Markdown or, `raw`, as it was written; with probabilities, token by token. */
export function AnswerView({ answer, raw, spoken = false }: AnswerProps) {
  const view = useRef<HTMLDivElement>(null);
  const before = useRef(answer.state);
  useEffect(() => {
    // As it is seen: nobody needs to hear the signs of Markdown.
    if (spoken && before.current === 'writing' && answer.state === 'done') announce(view.current?.querySelector<HTMLElement>('.answer-text')?.innerText ?? answer.text);
    before.current = answer.state;
  });
  const nothing = answer.text === '' && answer.state !== 'writing' && answer.error === '';
  return (
    <div ref={view} className={`turn assistant ${answer.state}`} dir="auto">
      {nothing ? <span className="quiet">{t('(an empty answer)')}</span>
        : answer.probabilities && answer.probabilities.length > 0 ? <Tokens tokens={answer.probabilities} language={currentLanguage()} />
        : raw || answer.text.trim() === '' ? answer.text : <AnswerText text={answer.text} />}
      {answer.state === 'done' && !answer.finished ? <small className="quiet cut-off">{t('(cut off here)')}</small> : null}
      {answer.error === '' ? null : <span className="error" role="alert">{answer.error}</span>}
    </div>
  );
}

const percent = (logprob: number): string => `${(100 * Math.exp(logprob)).toFixed(logprob > -2.3 ? 0 : 1)} %`;

/**
 * Each token stands on its probability; the one under the mouse, or that has the focus, tells what else was likely.
 * A conversation may have tens of thousands, which are not drawn again with each word that comes after them, but
 * in another language.
 */
const Tokens = memo(function Tokens({ tokens }: { tokens: readonly TokenView[]; language: string }) {
  const [at, setAt] = useState<number>();
  const chosen = at === undefined ? undefined : tokens[at];
  const move = (step: number): void => setAt((now) => Math.min(tokens.length - 1, Math.max(0, (now ?? -1) + step)));
  return (
    <>
      <span className="tokens" tabIndex={0} role="group" aria-label={t('Tokens with their probabilities; arrow keys go from one to the next')} onMouseLeave={() => setAt(undefined)} onBlur={() => setAt(undefined)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
          event.preventDefault();
          move(event.key === 'ArrowRight' ? 1 : -1);
        }}>
        {tokens.map((token, i) => (
          <span key={i} className={i === at ? 'token chosen' : 'token'} data-sign={signOf(token)} style={{ backgroundColor: `color-mix(in srgb, var(--unlikely) ${Math.round(70 * (1 - Math.exp(token.logprob)))}%, transparent)` }} onMouseEnter={() => setAt(i)}>{token.adds}</span>
        ))}
      </span>
      <span className="token-note" dir="ltr" role="status">
        {chosen === undefined ? <span className="quiet">{t('Point at a word to see how likely it was.')}</span> : (
          <><b><bdi>{chosen.name}</bdi></b> {percent(chosen.logprob)}<span className="quiet"> · {chosen.top.filter((one) => one.name !== chosen.name).slice(0, 4).map((one) => `${one.name} ${percent(one.logprob)}`).join('   ')}</span></>
        )}
      </span>
    </>
  );
});
