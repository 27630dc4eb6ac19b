import { useState } from 'react';
import { getJson, type ModelView } from '../api.ts';
import { remember, t } from '../preferences.ts';
import { Empty, PageHead, Problem, usePolled } from '../ui.tsx';
import { Compare } from './compare.tsx';
import { SamplingFields } from './sampling-fields.tsx';
import { Single } from './single.tsx';
import type { Sampling } from './stream.ts';

/** Chat with one model, or blindly with two. `initial` is the model that the address names. */
export function ChatPage({ initial }: { initial: string }) {
  const { value, error } = usePolled((signal) => getJson<{ data: ModelView[] }>('/v1/models', signal), 5000);
  const [mode, setMode] = useState<'one' | 'two'>('one');
  const [sampling, setSampling] = useState<Sampling>({ temperature: 0.7, maxTokens: undefined, seed: undefined, system: '' });
  const [chosen, setChosen] = useState(initial !== '' ? initial : (localStorage.getItem('minchat-model') ?? ''));
  const [rival, setRival] = useState('');
  const models = value?.data.filter((model) => model.minchat.purpose === 'text' && model.minchat.kind !== 'pretrain').map((model) => model.id);
  const model = models?.includes(chosen) === true ? chosen : (models?.[0] ?? '');
  // A second model that differs, and best one of another stage.
  const second = models?.includes(rival) === true ? rival : (models?.find((id) => id.endsWith('/sft') && id !== model) ?? models?.find((id) => id !== model) ?? model);
  return (
    <div className="page chat">
      <PageHead title={t('Chat')}>
        {models !== undefined && models.length > 0 ? (
          <>
            <div className="segments" role="group" aria-label={t('Mode')}>
              <button type="button" aria-pressed={mode === 'one'} onClick={() => setMode('one')}>{t('One model')}</button>
              <button type="button" aria-pressed={mode === 'two'} onClick={() => setMode('two')}>{t('Compare blindly')}</button>
            </div>
            <ModelSelect label={mode === 'one' ? t('Model') : t('First model')} models={models} value={model} onChange={(id) => { setChosen(id); remember('model', id); }} />
            {mode === 'two' ? <ModelSelect label={t('Second model')} models={models} value={second} onChange={setRival} /> : null}
            <SamplingFields sampling={sampling} onChange={setSampling} />
          </>
        ) : null}
      </PageHead>
      <Problem text={error} />
      {models?.length === 0 ? (
        <Empty title={t('No model can talk yet')}>
          <p className="quiet">{t('It will be here as soon as a run has finished its sft stage.')}</p>
          <a className="button" href="#/runs">{t('Look at the runs')}</a>
        </Empty>
      ) : null}
      {model === '' ? null : mode === 'one' ? <Single model={model} sampling={sampling} /> : <Compare models={[model, second]} sampling={sampling} />}
    </div>
  );
}

function ModelSelect({ label, models, value, onChange }: { label: string; models: readonly string[]; value: string; onChange: (id: string) => void }) {
  return <select aria-label={label} title={label} value={value} onChange={(event) => onChange(event.target.value)}>{models.map((id) => <option key={id}>{id}</option>)}</select>;
}
