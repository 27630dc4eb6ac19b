import { useEffect, useRef, useState } from 'react';
import { postJson, type Message } from '../api.ts';
import { labelerName, t } from '../preferences.ts';
import { announce, messageOf, Problem } from '../ui.tsx';
import { Composer, Ideas } from './composer.tsx';
import { noAnswer, streamAnswer, type Answer, type Sampling } from './stream.ts';

interface Turn { question: string; answer: Answer; model: string; before?: { answer: Answer; model: string } | undefined; preferred?: 'old' | 'new' }

/** A conversation with one model. An answer that is written anew may be compared with the one before. */
export function Single({ model, sampling }: { model: string; sampling: Sampling }) {
  const [turns, setTurns] = useState<Turn[]>([]);
  const [problem, setProblem] = useState('');
  const controller = useRef<AbortController>(undefined);
  const end = useRef<HTMLDivElement>(null);
  const busy = turns.at(-1)?.answer.state === 'writing';
  useEffect(() => () => controller.current?.abort(), []);
  useEffect(() => { end.current?.scrollIntoView({ block: 'end' }); }, [turns]);

  const contextOf = (list: readonly Turn[]): Message[] => list.flatMap(({ question, answer }): Message[] => [{ role: 'user', content: question }, { role: 'assistant', content: answer.text }]);
  const ask = async (question: string, earlier: readonly Turn[], before?: Turn['before']): Promise<void> => {
    controller.current = new AbortController();
    const show = (answer: Answer): void => setTurns([...earlier, { question, answer, model, before }]);
    show(noAnswer);
    const answer = await streamAnswer(model, [...contextOf(earlier), { role: 'user', content: question }], sampling, controller.current.signal, show);
    if (answer.state === 'done') announce(answer.text);
  };
  const last = turns.at(-1);
  const regenerate = (): void => {
    if (last === undefined) return;
    void ask(last.question, turns.slice(0, -1), last.answer.state === 'done' ? { answer: last.answer, model: last.model } : undefined);
  };
  const prefer = async (which: 'old' | 'new'): Promise<void> => {
    if (last?.before === undefined) return;
    const answers = [last.before, { answer: last.answer, model: last.model }].map(({ answer, model: by }, i) => ({ text: answer.text, finished: answer.finished, model: by, rank: (i === 0) === (which === 'old') ? 0 : 1 }));
    try {
      await postJson('/api/comparisons', { labeler: labelerName(), messages: [...contextOf(turns.slice(0, -1)), { role: 'user', content: last.question }], answers });
      setTurns([...turns.slice(0, -1), { ...last, preferred: which, ...(which === 'old' ? { answer: last.before.answer, model: last.before.model, before: { answer: last.answer, model: last.model } } : {}) }]);
      announce(t('Saved. Thank you.'));
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const differs = last?.before !== undefined && last.answer.state === 'done' && last.before.answer.text !== last.answer.text && last.answer.text !== '';
  return (
    <>
      <div className="thread" tabIndex={0} role="group" aria-label={t('Conversation')}>
        {turns.length === 0 ? <Ideas title={t('Talk to your model')} onPick={(text) => void ask(text, [])} /> : null}
        {turns.map((turn, i) => (
          <div key={i} className="exchange">
            <div className="turn user">{turn.question}</div>
            <AnswerView answer={turn.answer} />
          </div>
        ))}
        {last && !busy ? (
          <div className="after">
            <button type="button" className="quiet-button" onClick={regenerate}>{t('Write anew')}</button>
            <button type="button" className="quiet-button" onClick={() => setTurns([])}>{t('New conversation')}</button>
            <small className="quiet">{last.model} · {t('{tokens} tokens in {seconds} s', { tokens: last.answer.tokens, seconds: last.answer.seconds.toFixed(1) })}</small>
          </div>
        ) : null}
        {differs && last.preferred === undefined ? (
          <div className="after vote" role="group" aria-label={t('Is this answer better than the one before?')}>
            <span>{t('Is this answer better than the one before?')}</span>
            <button type="button" onClick={() => void prefer('new')}>{t('Better')}</button>
            <button type="button" onClick={() => void prefer('old')}>{t('The one before')}</button>
          </div>
        ) : null}
        <Problem text={problem} />
        <div ref={end} />
      </div>
      <Composer busy={busy} onSend={(text) => void ask(text, turns)} onStop={() => controller.current?.abort()} />
    </>
  );
}

export function AnswerView({ answer }: { answer: Answer }) {
  return (
    <div className={`turn assistant ${answer.state}`}>
      {answer.text === '' && answer.state !== 'writing' && answer.error === '' ? <span className="quiet">{t('(an empty answer)')}</span> : answer.text}
      {answer.error === '' ? null : <span className="error" role="alert">{answer.error}</span>}
    </div>
  );
}
