import { useEffect, useState } from 'react';
import Markdown from 'react-markdown';
import { getJson, request } from '../api.ts';
import { may } from '../people/session.ts';
import { t } from '../preferences.ts';
import { announce, Field, messageOf, PageHead, Problem } from '../ui.tsx';

interface Written { text: string; updatedAt: number }

const ranking = [
  'Helpful first: does it do what the person asked for, or plainly wanted?',
  'Truthful: a wrong fact is worse than a missing one.',
  'Harmless: nothing that hurts people or helps to.',
  'Of two as good, the shorter and clearer is better. If you see no difference, tie them.',
  'Which model wrote an answer is never told.',
];
const writing = ['Write the answer that you would want to get.', 'To the point, polite, finished. If you do not know, say so.', 'No personal data.'];

/** What is told where an installation has written nothing of its own. */
function ownWords(): string {
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${t(line)}`).join('\n');
  return `## ${t('Ranking')}\n\n${list(ranking)}\n\n## ${t('Writing')}\n\n${list(writing)}\n`;
}

/** The guidelines of this installation; undefined until they are there. */
export function useGuidelines(): { text: string | undefined; problem: string; save: (text: string) => Promise<boolean> } {
  const [text, setText] = useState<string>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const controller = new AbortController();
    getJson<Written>('/api/label/guidelines', controller.signal).then(
      (written) => setText(written.text),
      (error: unknown) => { if (!controller.signal.aborted) setProblem(messageOf(error)); },
    );
    return () => controller.abort();
  }, []);
  const save = async (next: string): Promise<boolean> => {
    try {
      const response = await request('/api/label/guidelines', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: next }) });
      setText(((await response.json()) as Written).text);
      setProblem('');
      announce(t('Saved'));
      return true;
    } catch (error) {
      setProblem(messageOf(error));
      return false;
    }
  };
  return { text, problem, save };
}

/** Markdown; the page has a heading above it, markup in it is text, and addresses other than of the web are not followed. */
export function Guidelines({ text }: { text: string | undefined }) {
  return text === undefined ? null : <div className="prose" dir="auto"><Markdown components={{ h1: 'h2' }}>{text.trim() === '' ? ownWords() : text}</Markdown></div>;
}

export function GuidelinesPage() {
  const { text, problem, save } = useGuidelines();
  const [draft, setDraft] = useState<string>();
  return (
    <div className="page label">
      <PageHead title={t('Guidelines')} note={may('label') ? <a href="#/label">← {t('Label')}</a> : <a href="#/agreement">← {t('Agreement')}</a>}>
        {draft === undefined && may('change') ? <button type="button" disabled={text === undefined} onClick={() => setDraft(text?.trim() === '' ? ownWords() : text)}>{t('Edit')}</button> : null}
      </PageHead>
      <Problem text={problem} />
      {draft === undefined ? <section className="card"><Guidelines text={text} /></section> : (
        <form className="task" onSubmit={(event) => { event.preventDefault(); void save(draft).then((saved) => { if (saved) setDraft(undefined); }); }}>
          <Field label={t('Text in Markdown')} hint={t('Empty it to have the built-in guidelines again.')}>{(id, hintId) => <textarea id={id} aria-describedby={hintId} dir="auto" className="code" rows={18} maxLength={100_000} value={draft} onChange={(event) => setDraft(event.target.value)} />}</Field>
          <div className="task-end">
            <button className="primary">{t('Save')}</button>
            <button type="button" onClick={() => setDraft(undefined)}>{t('Discard')}</button>
          </div>
          <section className="card" aria-label={t('Preview')}><Guidelines text={draft} /></section>
        </form>
      )}
    </div>
  );
}
