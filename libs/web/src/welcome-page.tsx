import { useState } from 'react';
import { postJson, type RunView } from './api.ts';
import { t } from './preferences.ts';
import { examples } from './runs/examples.ts';
import { messageOf, PageHead, Problem } from './ui.tsx';

/** What an empty installation shows: two ways to begin, neither of which needs anything else. */
export function WelcomePage() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const start = async (): Promise<void> => {
    setBusy(true);
    try {
      const run = await postJson<RunView>('/api/runs', { spec: examples['quickstart'] ?? '' });
      location.hash = `#/runs/${run.id}`;
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return (
    <div className="page welcome">
      <PageHead title={t('Train your own ChatGPT')} note={t('As InstructGPT was trained: a base model, demonstrations, rankings by people, a reward model, PPO. There is nothing here yet; begin with one of these.')} />
      <div className="choices">
        <section className="card choice">
          <h2>{t('Start the quickstart')}</h2>
          <p>{t('A small made-up world, all stages, simulated labelers. Takes less than 20 minutes on a laptop without a GPU, and ends with a model to chat with.')}</p>
          <button type="button" className="primary" disabled={busy} onClick={() => void start()}>{t('Start the quickstart')}</button>
        </section>
        <section className="card choice">
          <h2>{t('Import your data')}</h2>
          <p>{t('Prompts, demonstrations, rankings or plain text: JSON lines, Parquet, Open-Assistant, HH-RLHF, Alpaca.')}</p>
          <a className="button" href="#/data">{t('Import your data')}</a>
        </section>
      </div>
      <Problem text={problem} />
      <p className="quiet">{t('You have a spec of your own?')} <a href="#/runs/new">{t('Start a run from it')}</a></p>
    </div>
  );
}
