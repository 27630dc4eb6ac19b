import { sendJson, type RunView } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Dialog, Problem } from '../ui.tsx';

/** Asks once more before a run is gone. */
export function DeleteDialog({ run, onClose }: { run: RunView; onClose: () => void }) {
  const { problem, once } = useAct();
  const remove = async (): Promise<void> => {
    await sendJson('DELETE', `/api/runs/${run.id}`);
    announce(t('Deleted'));
    onClose();
    location.hash = '#/runs';
  };
  return (
    <Dialog title={t('Delete {run}', { run: run.id })} onClose={onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void once(remove); }}>
        <p>{t('Its models, data and checkpoints go with it, but for what another run uses. What people wrote stays.')}</p>
        <Problem text={problem} />
        <button className="danger">{t('Delete for good')}</button>
      </form>
    </Dialog>
  );
}
