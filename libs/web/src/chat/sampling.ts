import { ownName } from '../people/session.ts';
import { tabStorage } from '../storage.ts';

/** How answers are drawn, and what models are told before a conversation. */
export interface Sampling { temperature: number; maxTokens: number | undefined; seed: number | undefined; system: string }

const usual: Sampling = { temperature: 0.7, maxTokens: undefined, seed: undefined, system: '' };

/** As it was set in this tab: who comes back from another page goes on as they began. */
export function recallSampling(): Sampling {
  try {
    return { ...usual, ...(JSON.parse(tabStorage.recall(ownName('sampling')) ?? '{}') as Partial<Sampling>) };
  } catch {
    return usual;
  }
}

export function rememberSampling(sampling: Sampling): void {
  tabStorage.remember(ownName('sampling'), JSON.stringify(sampling));
}
