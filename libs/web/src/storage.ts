// What the browser keeps. It may be full, or forbid it: what it does not take, the page remembers until it is left.

const prefix = 'minchat-';

function orElse<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

function keptIn(storage: () => Storage) {
  const refused = new Map<string, string>();
  return {
    recall: (name: string): string | null => refused.get(name) ?? orElse(() => storage().getItem(prefix + name), null),
    remember: (name: string, value: string): void => {
      refused.delete(name);
      try {
        storage().setItem(prefix + name, value);
      } catch {
        refused.set(name, value);
      }
    },
    forget: (name: string): void => {
      refused.delete(name);
      orElse(() => storage().removeItem(prefix + name), undefined);
    },
    names: (): string[] => orElse(() => Object.keys(storage()), []).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
  };
}

/** For as long as the browser likes. */
export const { recall, remember, forget, names: remembered } = keptIn(() => localStorage);
/** For as long as the tab is open. */
export const tabStorage = keptIn(() => sessionStorage);
