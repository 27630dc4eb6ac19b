import { useEffect, useState } from 'react';
import { getJson } from '../api.ts';
import { currentPerson, may, type Person } from './session.ts';

interface Names {
  nameOf: (id: string) => string;
  idOf: (name: string) => string;
}

/** The names of accounts where labelers are told by ids, for those who may know them; what is none stays as it is. */
export function useNames(): Names {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    if (currentPerson() === undefined || !may('change')) return;
    getJson<{ people: Person[] }>('/api/people').then(
      ({ people }) => setNames(new Map(people.map(({ id, name }) => [id, name]))),
      // The ids do.
      () => undefined,
    );
  }, []);
  return {
    nameOf: (id) => names.get(id) ?? id,
    idOf: (name) => [...names].find(([, one]) => one.toLowerCase() === name.toLowerCase())?.[0] ?? name,
  };
}
