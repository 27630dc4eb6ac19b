import { useState } from 'react';
import { sendJson } from '../api.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { announce, Dialog, Problem } from '../ui.tsx';

/** Deletes a collection, when asked once more. */
export function DeleteCollection({ name }: { name: string }) {
  const [asking, setAsking] = useState(false);
  const { problem, once } = useAct();
  const remove = async (): Promise<void> => {
    await sendJson('DELETE', `/api/data/collections/${name}`);
    announce(t('Deleted'));
    location.hash = '#/data';
  };
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>{t('Delete')}</button>
      {asking ? (
        <Dialog title={t('Delete {name}', { name })} onClose={() => setAsking(false)}>
          <form onSubmit={(event) => { event.preventDefault(); void once(remove); }}>
            <p>{t('All that was imported into this collection goes. Runs that were given data of it keep their datasets and models.')}</p>
            <Problem text={problem} />
            <button className="danger">{t('Delete for good')}</button>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}
