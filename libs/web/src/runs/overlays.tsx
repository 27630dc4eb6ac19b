import { getJson, type RunDetail, type RunView, type StageView } from '../api.ts';
import { t } from '../preferences.ts';
import { Problem, usePolled } from '../ui.tsx';
import { overlaysMost } from './view.ts';

/** Chooses the runs that are laid over one, of those that have the same stage. */
export function Overlays({ run, stage, overlays, onOverlays }: { run: RunDetail; stage: StageView; overlays: readonly string[]; onOverlays: (ids: string[]) => void }) {
  const { value, error } = usePolled((signal) => getJson<{ runs: RunView[] }>('/api/runs?limit=1000', signal), 60_000);
  const others = value?.runs.filter((one) => one.id !== run.id && !overlays.includes(one.id) && one.stages.some((two) => two.stage === stage.stage)) ?? [];
  return (
    <>
      {overlays.map((id) => <button key={id} type="button" className="chip" aria-pressed="true" aria-label={t('Without {model}', { model: id })} onClick={() => onOverlays(overlays.filter((one) => one !== id))}>{id} ×</button>)}
      {others.length === 0 || overlays.length >= overlaysMost ? null : (
        <select aria-label={t('Lay another run over it')} value="" onChange={(event) => onOverlays([...overlays, event.target.value])}>
          <option value="">{t('Lay another run over it')}</option>
          {others.map((one) => <option key={one.id}>{one.id}</option>)}
        </select>
      )}
      <Problem text={error} />
    </>
  );
}
