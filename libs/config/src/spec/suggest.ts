import { distance } from 'fastest-levenshtein';

/** `; did you mean "settings"?` when a known name is near, else the list of known names. */
export function suggest(found: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, edits: distance(found.toLowerCase(), name.toLowerCase()) }))
    // Two letters swapped are two edits.
    .filter(({ name, edits }) => edits <= (name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3))))
    .toSorted((a, b) => a.edits - b.edits);
  if (nearest !== undefined) return `; did you mean "${nearest.name}"?`;
  return known.length === 0 ? '' : `; known are ${known.join(', ')}`;
}
