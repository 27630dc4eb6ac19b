import { addressOf, hasKey, postJson, type RunDetail } from '../api.ts';
import { formatBytes } from '../format.ts';
import { t } from '../preferences.ts';
import { useAct } from '../problems.ts';
import { Problem } from '../ui.tsx';

/** What the stages of a run have made, each to be saved as a zip. */
export function Files({ run }: { run: RunDetail }) {
  const { problem, once } = useAct();
  const outputs = run.stages.flatMap(({ stage, outputs: made }) => made.map((output) => ({ stage, ...output, path: `/api/runs/${run.id}/outputs/${stage}/${output.name}` })));
  if (outputs.length === 0) return <p className="quiet">{t('No files yet.')}</p>;
  // A link sends no key, and models are too large to be fetched before they are saved: a ticket lets it in.
  const admitted = async (path: string): Promise<void> => location.assign(addressOf((await postJson<{ url: string }>(`${path}/ticket`)).url));
  return (
    <>
      <Problem text={problem} />
      <div className="scroll" tabIndex={0} role="region" aria-label={t('Files')}>
        <table>
          <tbody>
            {outputs.map(({ stage, name, kind, size, path }) => (
              <tr key={path}>
                <th scope="row">{stage}/{name} <small className="quiet">{kind}, {formatBytes(size)}</small></th>
                <td className="number"><a className="button" href={addressOf(path)} download aria-label={t('Download {name}', { name: `${stage}/${name}` })} onClick={(event) => { if (hasKey()) { event.preventDefault(); void once(() => admitted(path)); } }}>{t('Download')}</a></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">{t('Models are folders of Hugging Face; npm run minchat -- export writes them all, and as files of llama.cpp.')}</p>
    </>
  );
}
