export const tabs = ['Curves', 'Samples', 'Figures', 'Log', 'Report', 'Files', 'Spec'] as const;
export type Tab = (typeof tabs)[number];

/** As many runs laid over one as there are colours left. */
export const overlaysMost = 5;

/** How a run is looked at. Its address tells it, to be sent to somebody: `#/runs/ID?stage=ppo&tab=figures&with=a,b`. */
export interface View {
  /** The stage that was chosen; empty when none was. */
  stage: string;
  tab: Tab;
  /** The runs that are laid over it. */
  overlays: readonly string[];
}

/** Anybody can write an address: what says nothing is left out. */
export function readView(id: string, query: string): View {
  const asked = new URLSearchParams(query);
  const others = new Set((asked.get('with') ?? '').split(',').filter((one) => one !== '' && one !== id));
  return {
    stage: asked.get('stage') ?? '',
    tab: tabs.find((tab) => tab.toLowerCase() === asked.get('tab')) ?? tabs[0],
    overlays: [...others].slice(0, overlaysMost),
  };
}

export function addressOfView(id: string, { stage, tab, overlays }: View): string {
  const query = [
    stage === '' ? '' : `stage=${encodeURIComponent(stage)}`,
    tab === tabs[0] ? '' : `tab=${tab.toLowerCase()}`,
    overlays.length === 0 ? '' : `with=${overlays.map((one) => encodeURIComponent(one)).join()}`,
  ].filter(Boolean).join('&');
  return `#/runs/${encodeURIComponent(id)}${query === '' ? '' : `?${query}`}`;
}
