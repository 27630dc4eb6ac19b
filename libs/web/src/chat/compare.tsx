import { useEffect, useRef, useState } from 'react';
import { postJson, type Message } from '../api.ts';
import { labelerName, t } from '../preferences.ts';
import { announce, messageOf, Problem } from '../ui.tsx';
import { Composer, Ideas } from './composer.tsx';
import { AnswerView } from './single.tsx';
import { noAnswer, streamAnswer, type Answer, type Sampling } from './stream.ts';

interface Duel { question: string; models: readonly [string, string]; answers: readonly [Answer, Answer]; verdict: 'first' | 'second' | 'tie' | undefined }

/**
 * Two models answer at once, in an order that nobody knows; which is which is shown after the
 * choice, and the conversation goes on with the better answer.
 */
export function Compare({ models, sampling }: { models: readonly [string, string]; sampling: Sampling }) {
  const [duels, setDuels] = useState<Duel[]>([]);
  const [problem, setProblem] = useState('');
  const controller = useRef<AbortController>(undefined);
  const end = useRef<HTMLDivElement>(null);
  const last = duels.at(-1);
  const busy = last?.answers.some((answer) => answer.state === 'writing') === true;
  useEffect(() => () => controller.current?.abort(), []);
  useEffect(() => { end.current?.scrollIntoView({ block: 'end' }); }, [duels]);

  const better = (duel: Duel): Answer => duel.answers[duel.verdict === 'second' ? 1 : 0];
  const contextOf = (list: readonly Duel[]): Message[] => list.flatMap((duel): Message[] => [{ role: 'user', content: duel.question }, { role: 'assistant', content: better(duel).text }]);
  const ask = async (question: string): Promise<void> => {
    const { signal } = (controller.current = new AbortController());
    const swapped = crypto.getRandomValues(new Uint8Array(1))[0]! % 2 === 1;
    const order = swapped ? [models[1], models[0]] as const : models;
    const answers: [Answer, Answer] = [noAnswer, noAnswer];
    const earlier = duels;
    const show = (): void => setDuels([...earlier, { question, models: order, answers: [...answers], verdict: undefined }]);
    show();
    const messages: Message[] = [...contextOf(earlier), { role: 'user', content: question }];
    await Promise.all(order.map((model, i) => streamAnswer(model, messages, sampling, signal, (answer) => {
      answers[i as 0 | 1] = answer;
      show();
    })));
    announce(t('Both answers are there. Which is better?'));
  };
  const decide = async (verdict: 'first' | 'second' | 'tie'): Promise<void> => {
    if (last === undefined) return;
    const ranks = { first: [0, 1], second: [1, 0], tie: [0, 0] }[verdict];
    try {
      await postJson('/api/comparisons', {
        labeler: labelerName(),
        messages: [...contextOf(duels.slice(0, -1)), { role: 'user', content: last.question }],
        answers: last.answers.map(({ text, finished }, i) => ({ text, finished, rank: ranks[i] ?? 0, model: last.models[i] ?? '' })),
      });
      setDuels([...duels.slice(0, -1), { ...last, verdict }]);
      setProblem('');
      announce(t('Saved. Thank you.'));
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  const votable = last !== undefined && !busy && last.verdict === undefined && last.answers.every((answer) => answer.state === 'done' || answer.state === 'stopped');
  return (
    <>
      <div className="thread wide" tabIndex={0} role="group" aria-label={t('Conversation')}>
        {duels.length === 0 ? <Ideas title={t('Two models answer. You choose, then see which is which.')} onPick={(text) => void ask(text)} /> : null}
        {duels.map((duel, i) => (
          <div key={i} className="exchange">
            <div className="turn user">{duel.question}</div>
            <div className="duel">
              {duel.answers.map((answer, side) => (
                <section key={side} className={duel.verdict === (side === 0 ? 'first' : 'second') ? 'won' : ''} aria-label={t('Answer {n}', { n: side + 1 })}>
                  <h3>{t('Answer {n}', { n: side + 1 })}{duel.verdict === undefined ? null : <small className="quiet"> {duel.models[side]}</small>}</h3>
                  <AnswerView answer={answer} />
                </section>
              ))}
            </div>
          </div>
        ))}
        {votable ? (
          <div className="after vote" role="group" aria-label={t('Which is better?')}>
            <button type="button" className="primary" onClick={() => void decide('first')}>{t('Answer {n} is better', { n: 1 })}</button>
            <button type="button" onClick={() => void decide('tie')}>{t('Both are as good')}</button>
            <button type="button" className="primary" onClick={() => void decide('second')}>{t('Answer {n} is better', { n: 2 })}</button>
          </div>
        ) : null}
        <Problem text={problem} />
        <div ref={end} />
      </div>
      <Composer busy={busy} disabled={last !== undefined && last.verdict === undefined && votable} onSend={(text) => void ask(text)} onStop={() => controller.current?.abort()} />
    </>
  );
}
