import { useEffect, useState } from 'react';
import { getJson } from '../api.ts';
import { currentPerson, may, type Person } from './session.ts';

/** Gives accounts their names where labelers are listed by ids, for those who may know them; any other id stays. */
export function useNames(): (id: string) => string {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    if (currentPerson() === undefined || !may('change')) return;
    getJson<{ people: Person[] }>('/api/people').then(
      ({ people }) => setNames(new Map(people.map(({ id, name }) => [id, name]))),
      // The ids do.
      () => undefined,
    );
  }, []);
  return (id) => names.get(id) ?? id;
}
